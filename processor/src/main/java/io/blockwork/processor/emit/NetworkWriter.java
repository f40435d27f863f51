package io.blockwork.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.Totals;
import io.blockwork.graph.ops.Call;
import io.blockwork.graph.ops.Code;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** Writes {@code XNetwork}: factories, and the description of every layer with its parameters. */
public final class NetworkWriter {
  private static final int CALLS_PER_METHOD = 100;
  private static final String RELATIVE = "path + ";

  private final GeneratedNames names;
  private final Graph graph;
  private final List<Shape> shapes;
  private final List<Long> slots;
  private final List<FeatureMethod> methods;
  private final NetworkFacts facts;

  private NetworkWriter(
      GeneratedNames names,
      Graph graph,
      List<Shape> shapes,
      List<Long> slots,
      List<FeatureMethod> methods,
      NetworkFacts facts) {
    this.names = names;
    this.graph = graph;
    this.shapes = shapes;
    this.slots = slots;
    this.methods = methods;
    this.facts = facts;
  }

  /**
   * The source of the network.
   *
   * @param graph the network as the architecture gives it, before any transform
   * @param shapes of its edges
   * @param slots the memory plan of inference
   * @param methods those that return feature outputs
   * @param facts what is known of the network beside its graph
   */
  public static JavaFile write(
      GeneratedNames names,
      Graph graph,
      List<Shape> shapes,
      List<Long> slots,
      List<FeatureMethod> methods,
      NetworkFacts facts) {
    TypeSpec type = new NetworkWriter(names, graph, shapes, slots, methods, facts).type();
    return JavaFile.builder(names.network().packageName(), type).skipJavaLangImports(true).build();
  }

  private TypeSpec type() {
    boolean further = names.at().isPresent();
    ClassName self = names.network();
    var type =
        names
            .startClass(self)
            .addModifiers(
                (further ? List.<Modifier>of() : names.modifiers()).toArray(new Modifier[0]))
            .addModifiers(Modifier.FINAL)
            .superclass(RuntimeTypes.COMPILED_NETWORK)
            .addSuperinterface(names.type())
            .addJavadoc(
                "{@link $T}, compiled: $L -> $L.\n", names.type(), shapes.get(0), outputText())
            .addJavadoc(
                "\n<p>Inference is {@link $T}, training {@link $T}.",
                names.forward(),
                names.backward());
    if (further) {
      type.addJavadoc("\nThe parameters are those of {@link $T}.\n", names.whole().network());
    } else if (facts.papers().isPresent()) {
      type.addJavadoc("\n$L\n", Text.wrapped("After " + facts.papers().get() + "."));
    } else {
      type.addJavadoc("\n");
    }
    if (names.element().isPresent()) {
      type.avoidClashesWithNestedClasses(names.element().get());
    }
    if (facts.model().isPresent()) {
      type.addField(digests(facts.model().get()));
    }
    for (FeatureMethod method : methods) {
      type.addField(features(method));
    }
    if (further) {
      type.addMethod(furtherConstructor());
    } else {
      whole(self, type);
    }
    if (!names.sizes().isEmpty()) {
      type.addMethod(at());
    }
    type.addMethod(pass("forwardPass", "ForwardPass", "InferenceBinder", names.forward()));
    type.addMethod(pass("trainingPass", "TrainingPass", "TrainingBinder", names.backward()));
    for (FeatureMethod method : methods) {
      type.addMethod(method(method));
    }
    return type.addMethods(architecture()).addMethods(NodeTable.methods(facts.nodes())).build();
  }

  /** How the network itself is made. */
  private void whole(ClassName self, TypeSpec.Builder type) {
    MethodSpec.Builder constructor =
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement("super(compiledArchitecture(), options)");
    if (!names.sizes().isEmpty()) {
      List<CodeBlock> sizes =
          names.sizes().stream()
              .map(height -> CodeBlock.of("new $T(this)", names.at(height).network()))
              .toList();
      constructor.addStatement("sizes($L)", CodeBlock.join(sizes, ", "));
    }
    Optional<String> resource = facts.model().flatMap(ModelFile::weights);
    if (resource.isPresent()) {
      constructor.addStatement("loadResource($S)", resource.get());
    }
    type.addMethod(constructor.build());
    String start = resource.isPresent() ? "the model's" : "random";
    type.addMethod(
        factory()
            .addJavadoc("{@return a new network with $L weights and default options}\n", start)
            .addStatement("return create($T.defaults())", RuntimeTypes.NETWORK_OPTIONS)
            .build());
    type.addMethod(
        factory()
            .addJavadoc("{@return a new network}\n\n@param options seed, data type and engine\n")
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement("return new $T(options)", self)
            .build());
    if (facts.weights().isPresent()) {
      PretrainedFactories.add(facts.weights().get(), self, type);
    }
  }

  /** How a network for images of a further size is made. */
  private MethodSpec furtherConstructor() {
    return MethodSpec.constructorBuilder()
        .addParameter(names.whole().network(), "whole")
        .addStatement("super(compiledArchitecture(), whole)")
        .build();
  }

  private MethodSpec at() {
    return PassWriter.override("at", names.type())
        .addParameter(int.class, "height")
        .addStatement("return at($T.class, height)", names.type())
        .build();
  }

  private static FieldSpec digests(ModelFile model) {
    var entries = CodeBlock.builder().add("$T.of(", Map.class);
    String separator = "";
    for (Map.Entry<String, String> file : model.digests().entrySet()) {
      entries.add(separator + "\n    $S,\n    $S", file.getKey(), file.getValue());
      separator = ",";
    }
    return FieldSpec.builder(
            ParameterizedTypeName.get(Map.class, String.class, String.class),
            "MODEL_SHA256",
            Modifier.PUBLIC,
            Modifier.STATIC,
            Modifier.FINAL)
        .addJavadoc("SHA-256 of the files that this was generated from, by name.\n")
        .initializer(entries.add(")").build())
        .build();
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
    TypeName array = feature.plain() ? ArrayTypeName.of(float.class) : RuntimeTypes.ARRAY;
    var method =
        PassWriter.override(feature.name(), feature.result().<TypeName>map(r -> r).orElse(array))
            .addJavadoc(feature.documentation(names.features(feature), graph, shapes))
            .addParameter(array, "images");
    if (feature.plain()) {
      return method.addStatement("return $L.values(images)", feature.field()).build();
    }
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

  private MethodSpec.Builder factory() {
    return MethodSpec.methodBuilder("create")
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
    return graph.isVector(graph.output(), shapes);
  }

  private Shape output() {
    return shapes.get(graph.output());
  }

  /** Operations of one unit that follow each other in the {@code state_dict}. */
  private record Entries(Unit unit, List<Node> nodes) {}

  private List<Entries> entries() {
    Map<String, Node> byPath = new HashMap<>();
    for (Node node : graph.nodes()) {
      byPath.putIfAbsent(node.op().path(), node);
    }
    Map<Integer, Unit> units = new HashMap<>();
    for (Unit unit : Unit.of(graph, names.nodes()).blocks()) {
      for (Node node : unit.nodes()) {
        units.put(node.id(), unit);
      }
    }
    List<Entries> entries = new ArrayList<>();
    for (String module : graph.modules()) {
      Node node = byPath.get(module);
      if (node == null) {
        throw new IllegalStateException("no layer is called " + module);
      }
      Unit unit = Objects.requireNonNull(units.get(node.id()));
      if (entries.isEmpty() || !entries.get(entries.size() - 1).unit().path().equals(unit.path())) {
        entries.add(new Entries(unit, new ArrayList<>()));
      }
      entries.get(entries.size() - 1).nodes().add(node);
    }
    return entries;
  }

  /**
   * The description: a method for each block, or each kind of block, and methods that call them in
   * order.
   */
  private List<MethodSpec> architecture() {
    List<Entries> entries = entries();
    Set<String> taken = new HashSet<>(Set.of("compiledArchitecture"));
    Map<String, String> named = new HashMap<>();
    List<MethodSpec> methods = new ArrayList<>();
    List<String> calls = new ArrayList<>();
    for (Entries one : entries) {
      String key = text(one);
      boolean within = key.contains(RELATIVE);
      String method = named.get(key);
      if (method == null) {
        method = JavaNames.unique(JavaNames.variable(names.nodes().of(one.unit().path())), taken);
        named.put(key, method);
        methods.add(block(method, key, within));
      }
      calls.add(method + (within ? "(layers, " + path(one.unit()) + ");" : "(layers);"));
    }
    methods.addAll(0, callers(calls));
    return methods;
  }

  private CodeBlock batch() {
    return facts.batch().isPresent()
        ? CodeBlock.of("layers.batch($L);\n", facts.batch().getAsInt())
        : CodeBlock.of("");
  }

  private static String path(Unit unit) {
    String prefix = unit.prefix();
    return Text.quoted(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1));
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
    String result = "layers.output(" + String.join(", ", sizes(graph.output())) + ")";
    String sizes = slots.stream().map(Text::literal).collect(Collectors.joining(", "));
    methods.add(
        0,
        MethodSpec.methodBuilder("compiledArchitecture")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .returns(RuntimeTypes.ARCHITECTURE)
            .addStatement(
                "var layers = $T.named($S).input($L, $L, $L)",
                RuntimeTypes.ARCHITECTURE,
                names.base(),
                in.channels(),
                in.height(),
                in.width())
            .addCode("$L", batch())
            .addCode("$L\n", String.join("\n", top))
            .addCode(
                "$L",
                facts.heads().isEmpty()
                    ? result + ";\n"
                    : modules(result + ".heads", facts.heads()))
            .addCode("$L", auxiliary())
            .addCode("$L", modules("layers.leftOut", facts.leftOut()))
            .addStatement("layers.slots($L)", sizes)
            .addStatement("return layers.build()")
            .build());
    return methods;
  }

  /** The shape of a node's output as torch has it: of a vector, its length. */
  private List<String> sizes(int id) {
    Shape shape = shapes.get(id);
    List<Integer> sizes =
        graph.isVector(id, shapes)
            ? List.of(shape.channels())
            : List.of(shape.channels(), shape.height(), shape.width());
    List<String> texts = new ArrayList<>();
    for (int size : sizes) {
      texts.add(String.valueOf(size));
    }
    return texts;
  }

  private static String modules(String method, List<String> paths) {
    return paths.isEmpty()
        ? ""
        : Text.call(method, paths.stream().map(Text::quoted).toList(), Text.TOP) + "\n";
  }

  /** The outputs that training has beside the main one. */
  private String auxiliary() {
    StringBuilder text = new StringBuilder();
    for (Output output : graph.outputs()) {
      if (output.kind() == Output.Kind.AUXILIARY) {
        List<String> arguments = new ArrayList<>();
        arguments.add(Text.quoted(output.name()));
        arguments.add(String.valueOf(output.weight()));
        arguments.addAll(sizes(output.node()));
        text.append(Text.call("layers.auxiliary", arguments, Text.TOP)).append('\n');
      }
    }
    return text.toString();
  }

  private static MethodSpec block(String name, String text, boolean within) {
    var method =
        MethodSpec.methodBuilder(name)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .addParameter(RuntimeTypes.ARCHITECTURE.nestedClass("Builder"), "layers");
    if (within) {
      method.addParameter(String.class, "path");
    }
    return method.addCode(CodeBlock.of("$L", text)).build();
  }

  /** The lines of a method whose parameter {@code path} is that of the unit. */
  private String text(Entries entries) {
    String prefix = entries.unit().prefix();
    StringBuilder text = new StringBuilder();
    for (Node node : entries.nodes()) {
      text.append(layer(node, name(prefix, node.op().path()))).append('\n');
      if (isGeneral(node)) {
        for (Parameter parameter : node.op().parameters()) {
          text.append(parameter(parameter, name(prefix, parameter.name()))).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String name(String prefix, String path) {
    return !prefix.isEmpty() && path.startsWith(prefix)
        ? RELATIVE + Text.quoted(path.substring(prefix.length() - 1))
        : Text.quoted(path);
  }

  private boolean isGeneral(Node node) {
    return node.op().declare(shapes.get(node.id())).method().equals(Call.GENERAL.method());
  }

  private static String parameter(Parameter parameter, String name) {
    List<String> arguments = new ArrayList<>(List.of(name, parameter.initial().code().text()));
    for (int size : parameter.shape()) {
      arguments.add(String.valueOf(size));
    }
    String method = parameter.kind().name().toLowerCase(Locale.ROOT);
    return Text.call("layers." + method, arguments, Text.TOP);
  }

  private String layer(Node node, String path) {
    Call call = node.op().declare(shapes.get(node.id()));
    List<String> arguments = new ArrayList<>(List.of(path));
    for (Code argument : call.arguments()) {
      arguments.add(argument.text());
    }
    if (isGeneral(node)) {
      arguments.add(Text.quoted(node.op().type()));
      arguments.add(Text.literal(Totals.of(node, shapes).macs()));
      arguments.addAll(sizes(node.id()));
    }
    return Text.call("layers." + call.method(), arguments, Text.TOP);
  }
}
