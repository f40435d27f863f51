package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeSpec;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.PretrainedWeights.Pictures;
import io.blockwork.published.TorchvisionWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Writes the methods that create a network with published weights, and that tell of these. */
final class PretrainedFactories {
  private static final ClassName INTERPOLATION =
      ClassName.get("io.blockwork.image", "Interpolation");
  private static final ClassName TORCHVISION =
      ClassName.get("io.blockwork.published", "TorchvisionWeights");

  private final PretrainedWeights weights;
  private final ClassName self;

  private PretrainedFactories(PretrainedWeights weights, ClassName self) {
    this.weights = weights;
    this.self = self;
  }

  /** Adds them to the network's class. */
  static void add(PretrainedWeights weights, ClassName self, TypeSpec.Builder type) {
    var factories = new PretrainedFactories(weights, self);
    if (weights.file().isPresent()) {
      String from = "downloading them the first time";
      type.addMethod(
          factories
              .factory(from, false, false)
              .addStatement("return pretrained($T.defaults())", RuntimeTypes.NETWORK_OPTIONS)
              .build());
      type.addMethod(
          factories
              .factory(from, false, true)
              .addStatement("return load(create(options))")
              .build());
    }
    type.addMethod(
        factories
            .factory("from a file of this machine", true, false)
            .addStatement("return pretrained(file, $T.defaults())", RuntimeTypes.NETWORK_OPTIONS)
            .build());
    type.addMethod(
        factories
            .factory("from a file of this machine", true, true)
            .addStatement("return load(create(options), file)")
            .build());
    type.addMethod(factories.published());
  }

  private MethodSpec.Builder factory(String from, boolean file, boolean options) {
    var method =
        MethodSpec.methodBuilder("pretrained")
            .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
            .returns(self)
            .addJavadoc(
                "Creates the network with the weights {@code $L}, $L.\n\n"
                    + "<p>Heads for other classes than theirs keep their random weights.\n\n",
                weights.name(),
                from);
    if (file) {
      method.addParameter(Path.class, "file").addJavadoc("@param file the weights\n");
    }
    if (options) {
      method
          .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
          .addJavadoc("@param options seed, data type and engine\n");
    }
    return method.addJavadoc(
        "@return a new network\n@throws io.blockwork.io.FileException if they cannot be had\n");
  }

  private MethodSpec published() {
    return MethodSpec.methodBuilder("published")
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(
            ParameterizedTypeName.get(
                ClassName.get(Optional.class), RuntimeTypes.PRETRAINED_WEIGHTS))
        .addStatement("return $T.of($L)", Optional.class, facts())
        .build();
  }

  private CodeBlock facts() {
    if (TorchvisionWeights.find(weights.name()).equals(Optional.of(weights))) {
      return CodeBlock.of("$T.of($S)", TORCHVISION, weights.name());
    }
    Pictures p = weights.pictures();
    var code =
        CodeBlock.builder()
            .add("\n$>$>$T.named($S)$>$>", RuntimeTypes.PRETRAINED_WEIGHTS, weights.name());
    weights
        .file()
        .ifPresent(
            file ->
                code.add(
                    "\n.file($S, $S, $L)",
                    file.url(),
                    file.sha256(),
                    Text.literal(file.parameters())));
    code.add("\n.pictures($L, $L, $T.$L)", p.resize(), p.crop(), INTERPOLATION, p.interpolation());
    code.add(
        "\n.normalization($T.of($L), $T.of($L))",
        List.class,
        joined(p.mean()),
        List.class,
        joined(p.std()));
    if (!weights.classNames().isEmpty()) {
      List<String> names = weights.classNames().stream().map(Text::quoted).toList();
      code.add("\n$L", Text.call(".classes", names, Text.TOP).replaceAll(";$", ""));
    }
    return code.add("$<$<$<$<").build();
  }

  private static String joined(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
