package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import io.blockwork.processor.graph.Graph;
import io.blockwork.processor.graph.Node;
import io.blockwork.processor.graph.Op;
import io.blockwork.processor.graph.Op.BatchNorm2d;
import io.blockwork.processor.graph.Op.Conv2d;
import io.blockwork.processor.graph.Op.GlobalAvgPool;
import io.blockwork.processor.graph.Op.Linear;
import io.blockwork.processor.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Writes {@code XNetwork}: factories, and the description of every layer with its parameters. */
public final class NetworkWriter {
  private static final int CALLS_PER_METHOD = 100;

  private final GeneratedNames names;
  private final Graph graph;
  private final List<Shape> shapes;
  private final List<Long> slots;
  private final List<FeatureMethod> methods;
  private final Optional<String> weights;

  private NetworkWriter(
      GeneratedNames names,
      Graph graph,
      List<Shape> shapes,
      List<Long> slots,
      List<FeatureMethod> methods,
      Optional<String> weights) {
    this.names = names;
    this.graph = graph;
    this.shapes = shapes;
    this.slots = slots;
    this.methods = methods;
    this.weights = weights;
  }

  /**
   * The source of the network.
   *
   * @param graph the network as the architecture gives it, before any transform
   * @param shapes of its edges
   * @param slots the memory plan of inference
   * @param methods those that return feature outputs
   * @param weights published weights that fit the network
   */
  public static JavaFile write(
      GeneratedNames names,
      Graph graph,
      List<Shape> shapes,
      List<Long> slots,
      List<FeatureMethod> methods,
      Optional<String> weights) {
    TypeSpec type = new NetworkWriter(names, graph, shapes, slots, methods, weights).type();
    return JavaFile.builder(names.network().packageName(), type).skipJavaLangImports(true).build();
  }

  private TypeSpec type() {
    ClassName self = names.network();
    var type =
        names
            .startClass(self)
            .addModifiers(names.modifiers().toArray(Modifier[]::new))
            .addModifiers(Modifier.FINAL)
            .superclass(RuntimeTypes.COMPILED_NETWORK)
            .addSuperinterface(names.type())
            .avoidClashesWithNestedClasses(names.origin())
            .addJavadoc(
                "{@link $T}, compiled: $L -> $L.\n", names.type(), shapes.get(0), outputText())
            .addJavadoc(
                "\n<p>Inference is {@link $T}, training {@link $T}.\n",
                names.forward(),
                names.backward());
    methods.forEach(method -> type.addField(features(method)));
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement("super(compiledArchitecture(), options)")
            .build());
    type.addMethod(
        factory()
            .addJavadoc(
                "Creates the network with random weights and default options.\n\n@return a new network\n")
            .addStatement("return create($T.defaults())", RuntimeTypes.NETWORK_OPTIONS)
            .build());
    type.addMethod(
        factory()
            .addJavadoc(
                "Creates the network.\n\n@param options seed, data type and engine\n@return a new network\n")
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement("return new $T(options)", self)
            .build());
    weights.ifPresent(name -> pretrained(name, type));
    type.addMethod(pass("forwardPass", "ForwardPass", "InferenceBinder", names.forward()));
    type.addMethod(pass("trainingPass", "TrainingPass", "TrainingBinder", names.backward()));
    methods.forEach(method -> type.addMethod(method(method)));
    architecture().forEach(type::addMethod);
    return type.build();
  }

  private FieldSpec features(FeatureMethod feature) {
    List<String> shapesOfOne =
        feature.outputs().stream()
            .map(one -> FeatureMethod.shape(graph, shapes, one))
            .map(s -> s.stream().map(String::valueOf).collect(Collectors.joining(", ")))
            .toList();
    var arguments = CodeBlock.builder().add("features($>$>$T::new", names.features(feature));
    // One line would be too narrow for several shapes.
    String separator = shapesOfOne.size() == 1 ? ", " : ",\n";
    shapesOfOne.forEach(shape -> arguments.add(separator + "$T.of($L)", List.class, shape));
    return FieldSpec.builder(
            RuntimeTypes.FEATURES, feature.field(), Modifier.PRIVATE, Modifier.FINAL)
        .initializer(arguments.add(")$<$<").build())
        .build();
  }

  private MethodSpec method(FeatureMethod feature) {
    var method =
        PassWriter.override(feature.name(), feature.result().orElse(RuntimeTypes.ARRAY))
            .addJavadoc(feature.documentation(names.features(feature), graph, shapes))
            .addParameter(RuntimeTypes.ARRAY, "images");
    if (feature.result().isEmpty()) {
      return method.addStatement("return $L.one(images)", feature.field()).build();
    }
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < feature.outputs().size(); i++) {
      outputs.add("outputs.get(" + i + ")");
    }
    return method
        .addStatement("var outputs = $L.all(images)", feature.field())
        .addCode(
            Text.call("return new $T", outputs, Text.TOP + feature.name().length()) + "\n",
            feature.result().orElseThrow())
        .build();
  }

  /** The factories that load published weights. */
  private void pretrained(String name, TypeSpec.Builder type) {
    String summary =
        "Creates the network with torchvision's weights {@code $L}, downloading them the first time.";
    String head =
        "\n\n<p>The head keeps its random weights if it has other classes than ImageNet's 1000.";
    String result =
        "\n@return a new network\n@throws io.blockwork.io.FileException if they cannot be had\n";
    type.addMethod(
        factory("pretrained")
            .addJavadoc(summary + head + "\n" + result, name)
            .addStatement("return pretrained($T.defaults())", RuntimeTypes.NETWORK_OPTIONS)
            .build());
    type.addMethod(
        factory("pretrained")
            .addJavadoc(
                summary + head + "\n\n@param options seed, data type and engine" + result, name)
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement(
                "return load(create(options), $T.$L)", RuntimeTypes.PRETRAINED_WEIGHTS, name)
            .build());
  }

  private MethodSpec.Builder factory() {
    return factory("create");
  }

  private MethodSpec.Builder factory(String name) {
    return MethodSpec.methodBuilder(name)
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .returns(names.network());
  }

  private static MethodSpec pass(String name, String result, String binder, ClassName generated) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PROTECTED)
        .returns(RuntimeTypes.engine(result))
        .addParameter(RuntimeTypes.engine(binder), "bind")
        .addStatement("return new $T(bind)", generated)
        .build();
  }

  private String outputText() {
    return isVector() ? String.valueOf(output().channels()) : output().toString();
  }

  private boolean isVector() {
    return graph.node(graph.output()).op() instanceof Linear;
  }

  private Shape output() {
    return shapes.get(graph.output());
  }

  /**
   * The description: a method for each block, or each kind of block, and methods that call them in
   * order.
   */
  private List<MethodSpec> architecture() {
    Map<String, Node> byPath = new HashMap<>();
    graph.nodes().forEach(node -> byPath.putIfAbsent(node.op().path(), node));
    Map<String, List<Node>> blocks = new LinkedHashMap<>();
    for (String module : graph.modules()) {
      Node node = byPath.get(module);
      if (node == null) {
        throw new IllegalStateException("no layer is called " + module);
      }
      blocks.computeIfAbsent(node.block().path(), b -> new ArrayList<>()).add(node);
    }
    Map<String, List<String>> alike = new HashMap<>();
    Map<String, List<String>> groups = new HashMap<>();
    blocks.forEach(
        (path, nodes) -> {
          List<String> group = alike.computeIfAbsent(text(nodes, true), t -> new ArrayList<>());
          group.add(path);
          groups.put(path, group);
        });
    List<MethodSpec> methods = new ArrayList<>();
    List<String> calls = new ArrayList<>();
    blocks.forEach(
        (path, nodes) -> {
          List<String> same = Objects.requireNonNull(groups.get(path));
          String method = JavaNames.variable(same.get(0));
          boolean shared = same.size() > 1;
          calls.add(method + (shared ? "(layers, \"" + path + "\");" : "(layers);"));
          if (same.get(0).equals(path)) {
            methods.add(block(method, text(nodes, shared), shared));
          }
        });
    methods.addAll(0, callers(calls));
    return methods;
  }

  private List<MethodSpec> callers(List<String> calls) {
    List<MethodSpec> methods = new ArrayList<>();
    List<String> top = new ArrayList<>(calls);
    if (calls.size() > CALLS_PER_METHOD) {
      top.clear();
      for (int i = 0; i < calls.size(); i += CALLS_PER_METHOD) {
        String name = "layersFrom" + (i + 1);
        top.add(name + "(layers);");
        List<String> part = calls.subList(i, Math.min(calls.size(), i + CALLS_PER_METHOD));
        methods.add(block(name, String.join("\n", part) + "\n", false));
      }
    }
    Shape in = shapes.get(0);
    Shape out = output();
    boolean vector = isVector();
    String sizes = slots.stream().map(Text::literal).collect(Collectors.joining(", "));
    methods.add(
        0,
        MethodSpec.methodBuilder("compiledArchitecture")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .returns(RuntimeTypes.ARCHITECTURE)
            .addStatement("var layers = $T.named($S)", RuntimeTypes.ARCHITECTURE, names.base())
            .addStatement("layers.input($L, $L, $L)", in.channels(), in.height(), in.width())
            .addCode("$L\n", String.join("\n", top))
            .addStatement(
                vector ? "layers.output($L)" : "layers.output($L, $L, $L)",
                vector
                    ? new Object[] {out.channels()}
                    : new Object[] {out.channels(), out.height(), out.width()})
            .addStatement("layers.slots($L)", sizes)
            .addStatement("return layers.build()")
            .build());
    return methods;
  }

  private static MethodSpec block(String name, String text, boolean shared) {
    var method =
        MethodSpec.methodBuilder(name)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addParameter(RuntimeTypes.ARCHITECTURE.nestedClass("Builder"), "layers");
    if (shared) {
      method.addParameter(String.class, "path");
    }
    return method.addCode(CodeBlock.of("$L", text)).build();
  }

  private String text(List<Node> nodes, boolean shared) {
    String prefix = nodes.get(0).block().prefix();
    StringBuilder text = new StringBuilder();
    for (Node node : nodes) {
      String path = node.op().path();
      boolean relative = shared && !prefix.isEmpty() && path.startsWith(prefix);
      String literal =
          relative ? "path + \"" + path.substring(prefix.length() - 1) + "\"" : "\"" + path + "\"";
      text.append(layer(node, literal)).append('\n');
    }
    return text.toString();
  }

  private String layer(Node node, String path) {
    Op op = node.op();
    Shape s = shapes.get(node.id());
    String size = s.channels() + ", " + s.height() + ", " + s.width();
    if (op instanceof Conv2d conv) {
      String layer = "layers." + LayerBinding.convolution(conv);
      return call("conv2d", path, layer, s.height() + ", " + s.width());
    } else if (op instanceof BatchNorm2d norm) {
      return call(norm.fromZero() ? "batchNormFromZero" : "batchNorm", path, size);
    } else if (op instanceof Op.MaxPool2d) {
      return call("maxPool", path, size);
    } else if (op instanceof Op.AvgPool2d) {
      return call("avgPool", path, size);
    } else if (op instanceof GlobalAvgPool) {
      return call("globalAvgPool", path, String.valueOf(s.channels()));
    } else if (op instanceof Linear linear) {
      return call("linear", path, linear.in() + ", " + linear.out());
    }
    throw new IllegalStateException(op.path() + " has no place in the description");
  }

  private static String call(String method, String... args) {
    return "layers." + method + "(" + String.join(", ", args) + ");";
  }
}
