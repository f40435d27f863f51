package io.blockwork.processor;

import com.palantir.javapoet.ClassName;
import io.blockwork.graph.Graph;
import io.blockwork.graph.ModuleNames;
import io.blockwork.graph.Shapes;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.text.GraphText;
import io.blockwork.processor.ImageSizes.Size;
import io.blockwork.processor.architectures.Papers;
import io.blockwork.processor.checks.NetworkWarnings;
import io.blockwork.processor.dsl.Composition;
import io.blockwork.processor.dsl.Compositions;
import io.blockwork.processor.dsl.Fault;
import io.blockwork.processor.dsl.Unreadable;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.GeneratedNames;
import io.blockwork.processor.emit.ModelFile;
import io.blockwork.processor.emit.NetworkFacts;
import io.blockwork.processor.emit.NetworkFacts.NodePaths;
import io.blockwork.processor.emit.PlaceholderWriter;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Spec;
import io.blockwork.published.PretrainedWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.annotation.processing.FilerException;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.ModuleElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/** Handles each annotated interface by itself: a broken one does not stop the others. */
final class NetworkAnnotations {
  private static final String MODEL = "io.blockwork.Model";

  /** The annotations that describe an architecture, and whether it ends in a classifier. */
  private static final Map<String, Boolean> ANNOTATIONS =
      Map.of(
          "io.blockwork.ResNet",
          true,
          "io.blockwork.DenseNet",
          true,
          "io.blockwork.ResidualBlock",
          false,
          "io.blockwork.DenseBlock",
          false,
          MODEL,
          true);

  private final ProcessingEnvironment environment;
  private final Options options;
  private final Diagnostics diagnostics;
  private final InterfaceRules interfaces;

  /** The interface that each network was generated from. */
  private final Map<String, String> generated = new HashMap<>();

  NetworkAnnotations(ProcessingEnvironment environment, Options options) {
    this.environment = environment;
    this.options = options;
    this.diagnostics = new Diagnostics(environment);
    this.interfaces = new InterfaceRules(environment, diagnostics);
  }

  /** The qualified names of the annotations. */
  static Set<String> annotations() {
    return ANNOTATIONS.keySet();
  }

  /** Whether an element has one of the annotations. */
  static boolean isNetwork(Element element) {
    return element.getAnnotationMirrors().stream()
        .anyMatch(mirror -> ANNOTATIONS.containsKey(name(mirror)));
  }

  /**
   * Handles an annotated element, unless it depends on a type that is yet to be generated.
   *
   * @param sources qualified names of the classes that are being compiled
   * @param compositions what the round composes
   * @return whether it is done; if not, it wants to be tried in a later round
   */
  boolean process(Element element, Set<String> sources, Compositions compositions) {
    List<AnnotationMirror> architectures = new ArrayList<>();
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (ANNOTATIONS.containsKey(name(mirror))) {
        architectures.add(mirror);
      }
    }
    if (!InterfaceRules.isReady(element)) {
      return false;
    }
    AnnotationMirror annotation = architectures.get(0);
    if (!(element instanceof TypeElement type)) {
      // Nothing is generated for it, so nothing can stand for that.
      boolean classifier = Objects.requireNonNull(ANNOTATIONS.get(name(annotation)));
      interfaces.check(element, simpleName(annotation), classifier);
      return true;
    }
    GeneratedNames own = names(type);
    try {
      GeneratedNames names = own.sized(ImageSizes.possible(AnnotationReader.sizes(annotation)));
      if (architectures.size() > 1) {
        twice(names, architectures);
      } else if (!clashes(names, sources)) {
        if (name(annotation).equals(MODEL)) {
          Optional<AnnotationMirror> onnx = OnnxAnnotations.annotation(type);
          if (onnx.isPresent()) {
            fromOnnx(names, annotation, onnx.get());
          } else {
            compose(names, annotation, compositions);
          }
        } else {
          compile(names, annotation, AnnotationReader.read(annotation));
        }
      }
    } catch (Unreadable e) {
      return false;
    } catch (AnnotationReader.UnreadableValue e) {
      if (!e.isLasting()) {
        return false;
      }
      // The compiler reports the value.
      placeholder(own, List.of());
    } catch (RuntimeException e) {
      diagnostics.report(Message.INTERNAL, type, annotation, type.getSimpleName(), e);
      placeholder(own, List.of(Message.INTERNAL.headline(type.getSimpleName(), e)));
    }
    return true;
  }

  private static String name(AnnotationMirror mirror) {
    return ((TypeElement) mirror.getAnnotationType().asElement()).getQualifiedName().toString();
  }

  private static String simpleName(AnnotationMirror mirror) {
    return mirror.getAnnotationType().asElement().getSimpleName().toString();
  }

  private void twice(GeneratedNames names, List<? extends AnnotationMirror> architectures) {
    TypeElement type = names.origin();
    String all =
        architectures.stream()
            .map(mirror -> "@" + simpleName(mirror))
            .collect(Collectors.joining(", "));
    AnnotationMirror second = architectures.get(1);
    diagnostics.report(Message.TWO_ARCHITECTURES, type, second, type.getSimpleName(), all);
    placeholder(names, List.of(Message.TWO_ARCHITECTURES.headline(type.getSimpleName(), all)));
  }

  private boolean clashes(GeneratedNames names, Set<String> sources) {
    TypeElement type = names.origin();
    Optional<TypeElement> member = interfaces.memberNamed(type, names.all());
    if (member.isPresent()) {
      // Within the generated class, it would be meant by the name of what is generated.
      String inner = member.get().getQualifiedName().toString();
      diagnostics.report(Message.NAME_CLASH, type, type.getQualifiedName(), inner);
      placeholder(names, List.of(Message.NAME_CLASH.headline(type.getQualifiedName(), inner)));
      return true;
    }
    for (ClassName name : names.all()) {
      String file = name.canonicalName();
      if (generated.containsKey(file)) {
        String other = generated.get(file);
        diagnostics.report(Message.SAME_NAME, type, type.getQualifiedName(), file, other);
        return true;
      } else if (sources.contains(file)) {
        diagnostics.report(Message.NAME_CLASH, type, type.getQualifiedName(), file);
        if (!sources.contains(names.network().canonicalName())) {
          placeholder(names, List.of(Message.NAME_CLASH.headline(type.getQualifiedName(), file)));
        }
        return true;
      }
    }
    return false;
  }

  private void compile(GeneratedNames names, AnnotationMirror annotation, Spec spec) {
    TypeElement type = names.origin();
    boolean sound = interfaces.check(type, simpleName(annotation), spec.classifier());
    Optional<Graph> drawn =
        spec.problems().isEmpty() ? Optional.of(Compilation.graph(spec)) : Optional.empty();
    List<Problem> problems = problems(annotation, spec, drawn);
    var weights = new FamilyWeights(type, AnnotationReader.weights(annotation));
    // Weights can be compared with a network that has no problems only, but a name is always known.
    Optional<Problem> misfit = weights.problem(spec, problems.isEmpty() ? drawn : Optional.empty());
    if (misfit.isPresent()) {
      problems.add(misfit.get());
    }
    for (Problem problem : problems) {
      diagnostics.report(problem, type, annotation);
    }
    Optional<PretrainedWeights> published =
        drawn.isPresent() && problems.isEmpty() ? weights.find(drawn.get()) : Optional.empty();
    for (Fault fault : weights.faults()) {
      diagnostics.report(fault);
    }
    Optional<List<FeatureMethod>> features =
        type.getKind() == ElementKind.INTERFACE
            ? features(type, drawn.map(graph -> new OutputValues(ModuleNames.of(graph), List.of())))
            : Optional.empty();
    if (!sound || features.isEmpty() || !problems.isEmpty() || !weights.faults().isEmpty()) {
      placeholder(
          names, problems.stream().map(p -> p.message().headline(p.args().toArray())).toList());
      return;
    }
    Graph graph = drawn.orElseThrow();
    NetworkFacts facts = Compilation.facts(graph, published).after(Papers.of(spec));
    var network =
        new Checked(names, annotation, graph, input -> Compilation.resized(spec, input).graph());
    generate(network, features.get(), facts, size -> resized(network, size, spec));
  }

  /** A network of one of the families for images of another size. */
  private Optional<Graph> resized(Checked network, Size size, Spec spec) {
    Compilation.Resized resized = Compilation.resized(spec, size.image());
    resized.problems().forEach(problem -> report(network, size.at(problem)));
    return resized.graph();
  }

  private void compose(
      GeneratedNames names, AnnotationMirror annotation, Compositions compositions) {
    TypeElement type = names.origin();
    boolean classifier = interfaces.isClassifier(type);
    boolean sound = interfaces.check(type, simpleName(annotation), classifier);
    Compositions.Result result = compositions.network(type, annotation, classifier);
    result.faults().forEach(diagnostics::report);
    if (!sound || result.composition().isEmpty()) {
      placeholder(
          names,
          result.faults().stream().map(f -> f.message().headline(f.args().toArray())).toList());
      return;
    }
    Composition composition = result.composition().get();
    Graph graph = composition.graph();
    Optional<List<FeatureMethod>> features =
        features(type, Optional.of(new OutputValues(ModuleNames.of(graph), composition.nodes())));
    if (features.isEmpty()) {
      placeholder(names, List.of());
      return;
    }
    var facts =
        new NetworkFacts(
            composition.heads(),
            composition.leftOut(),
            result.weights(),
            composition.nodes().stream()
                .map(node -> new NodePaths(ClassName.get(node.element()), node.paths()))
                .toList());
    var network =
        new Checked(names.naming(composition.names()), annotation, graph, result.resized());
    generate(network, features.get(), facts, size -> resized(size, result));
  }

  /** A composed network for images of another size. */
  private Optional<Graph> resized(Size size, Compositions.Result result) {
    Compositions.Resized resized = result.sized().apply(size.image());
    resized.fault().ifPresent(fault -> diagnostics.report(fault.after(size.line())));
    return resized.graph();
  }

  private void fromOnnx(GeneratedNames names, AnnotationMirror model, AnnotationMirror onnx) {
    TypeElement type = names.origin();
    boolean classifier = interfaces.isClassifier(type);
    boolean sound = interfaces.check(type, simpleName(model), classifier);
    var reader = new OnnxAnnotations(environment, options);
    String resource = names.network().simpleName() + ".safetensors";
    try {
      OnnxAnnotations.Result result = reader.read(type, model, onnx, classifier, resource);
      result.faults().forEach(diagnostics::report);
      Optional<List<FeatureMethod>> features =
          sound
              ? features(
                  type,
                  result.graph().map(graph -> new OutputValues(ModuleNames.of(graph), List.of())))
              : Optional.empty();
      if (result.graph().isEmpty() || features.isEmpty()) {
        placeholder(
            names,
            result.faults().stream().map(f -> f.message().headline(f.args().toArray())).toList());
        return;
      }
      ModelFile file = reader.write(result, resource, onnx);
      Graph network = result.graph().get();
      NetworkFacts facts =
          Compilation.facts(network, Optional.empty())
              .of(file, result.source().orElseThrow().batch());
      var checked = new Checked(names, model, network, input -> Optional.empty());
      generate(checked, features.get(), facts, size -> resized(type, size, reader, result, onnx));
    } catch (IOException | UncheckedIOException e) {
      diagnostics.report(Message.CANNOT_WRITE, type, resource, e.toString());
      placeholder(names, List.of(Message.CANNOT_WRITE.headline(resource, e.toString())));
    }
  }

  /** The network of a file for images of another size. */
  private Optional<Graph> resized(
      TypeElement type,
      Size size,
      OnnxAnnotations reader,
      OnnxAnnotations.Result whole,
      AnnotationMirror onnx) {
    try {
      OnnxAnnotations.Result result = reader.resized(type, whole, size.image(), onnx);
      result.faults().forEach(fault -> diagnostics.report(fault.after(size.line())));
      return result.graph();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A network that has no problems at its own size.
   *
   * @param annotation that describes it
   * @param resized the same for other images; empty if it cannot run
   */
  private record Checked(
      GeneratedNames names,
      AnnotationMirror annotation,
      Graph graph,
      Function<Shape, Optional<Graph>> resized) {
    private TypeElement type() {
      return names.origin();
    }
  }

  private void report(Checked network, Problem problem) {
    diagnostics.report(problem, network.type(), network.annotation());
  }

  /**
   * Writes all there is of a network, if it has no problems at its further sizes either.
   *
   * @param draw the network at one of them; empty if it has problems, which have been reported then
   */
  private void generate(
      Checked network,
      List<FeatureMethod> features,
      NetworkFacts facts,
      Function<Size, Optional<Graph>> draw) {
    GeneratedNames names = network.names();
    Graph graph = network.graph();
    List<Integer> heights = AnnotationReader.sizes(network.annotation());
    ImageSizes sizes = ImageSizes.of(heights, Shapes.of(graph).get(0));
    List<Problem> problems = new ArrayList<>(sizes.problems());
    Map<Size, Graph> further = new LinkedHashMap<>();
    for (Size size : sizes.found()) {
      Optional<Graph> other = draw.apply(size);
      other.flatMap(drawn -> size.difference(graph, drawn)).ifPresent(problems::add);
      other.ifPresent(drawn -> further.put(size, drawn));
    }
    for (Problem problem : problems) {
      report(network, problem);
    }
    if (!problems.isEmpty() || further.size() < heights.size()) {
      placeholder(
          names, problems.stream().map(p -> p.message().headline(p.args().toArray())).toList());
      return;
    }
    if (options.warnings()) {
      warn(network, further);
    }
    write(names, graph, features, facts);
    for (Map.Entry<Size, Graph> one : further.entrySet()) {
      int height = one.getKey().image().height();
      write(names.at(height), one.getValue(), features, facts.ofFurtherSize());
    }
  }

  /** Warns of each thing once, and of a further size only where it differs from the others. */
  private void warn(Checked network, Map<Size, Graph> further) {
    List<Problem> warnings =
        new ArrayList<>(NetworkWarnings.of(network.graph(), network.resized()));
    Set<Message> told = new HashSet<>();
    for (Problem warning : warnings) {
      told.add(warning.message());
    }
    for (Map.Entry<Size, Graph> one : further.entrySet()) {
      for (Problem warning : NetworkWarnings.of(one.getValue(), network.resized())) {
        if (told.add(warning.message())) {
          warnings.add(one.getKey().at(warning));
        }
      }
    }
    for (Problem warning : warnings) {
      if (!Diagnostics.isSuppressed(warning.message(), network.type())) {
        report(network, warning);
      }
    }
  }

  /** Writes all there is of a network at one size. */
  private void write(
      GeneratedNames names, Graph graph, List<FeatureMethod> features, NetworkFacts facts) {
    TypeElement type = names.origin();
    Optional<Supplier<String>> text =
        options.graph()
            ? Optional.of(Beside.start(() -> GraphText.write(graph)))
            : Optional.empty();
    for (SourceFile file : Compilation.compile(graph, names, features, facts)) {
      write(file, type);
    }
    if (text.isPresent()) {
      writeBeside(names, names.graph(), text.get().get());
    }
    if (options.report()) {
      writeBeside(names, names.report(), Compilation.sheet(graph, names, source(type)));
    }
  }

  /** The annotations of an interface that say what network it is, with the interface's name. */
  private static List<String> source(TypeElement type) {
    List<String> lines = new ArrayList<>();
    for (AnnotationMirror mirror : type.getAnnotationMirrors()) {
      if (!name(mirror).startsWith("java.")) {
        lines.add(AnnotationText.of(mirror));
      }
    }
    lines.add("interface " + type.getSimpleName());
    return lines;
  }

  /**
   * The methods that return feature outputs; empty if some of them are wrong.
   *
   * @param values the network's values by their names, if they are known
   */
  private Optional<List<FeatureMethod>> features(TypeElement type, Optional<OutputValues> values) {
    var outputs = OutputMethods.read(type, environment, diagnostics);
    List<FeatureMethod> features = values.map(outputs::resolve).orElse(List.of());
    return outputs.sound() ? Optional.of(features) : Optional.empty();
  }

  private void writeBeside(GeneratedNames names, String name, String text) {
    TypeElement type = names.origin();
    try {
      SourceFile.writeBeside(
          names.network().packageName(), name, text, type, environment.getFiler());
    } catch (IOException e) {
      diagnostics.report(Message.CANNOT_WRITE, type, name, e.toString());
    }
  }

  /** All problems: also those of the shapes, where the values at fault have defaults to go on. */
  private static List<Problem> problems(
      AnnotationMirror annotation, Spec spec, Optional<Graph> drawn) {
    List<Problem> problems = new ArrayList<>(spec.problems());
    Set<String> faulty = new HashSet<>();
    for (Problem problem : problems) {
      faulty.add(problem.root());
    }
    try {
      Spec rest = faulty.isEmpty() ? spec : AnnotationReader.read(annotation, faulty);
      if (rest.problems().isEmpty()) {
        problems.replaceAll(problem -> withLeastSide(problem, rest));
        Graph graph = drawn.isPresent() ? drawn.get() : Compilation.graph(rest);
        for (Problem problem : Compilation.problems(rest, graph)) {
          if (!faulty.contains(problem.root())) {
            problems.add(problem);
          }
        }
      }
    } catch (AnnotationReader.UnreadableValue e) {
      // A value at fault has no default: nothing can be said of the shapes.
      return problems;
    }
    return problems;
  }

  /** A size below 1: what to use instead depends on the network. */
  private static Problem withLeastSide(Problem problem, Spec rest) {
    if (problem.message() != Message.SIZE_RANGE || (Integer) problem.args().get(1) > 0) {
      return problem;
    }
    List<Object> args = new ArrayList<>(problem.args());
    boolean vertical = problem.members().get(0).endsWith("height");
    args.set(args.size() - 1, Compilation.leastSide(rest, vertical));
    return new Problem(problem.message(), problem.members(), problem.index(), args, "");
  }

  private GeneratedNames names(TypeElement type) {
    boolean isPublic = true;
    for (Element at = type; at instanceof TypeElement; at = at.getEnclosingElement()) {
      isPublic &= at.getModifiers().contains(Modifier.PUBLIC);
    }
    return GeneratedNames.of(
        type,
        isPublic ? List.of(Modifier.PUBLIC) : List.of(),
        seesGenerated(type),
        OutputMethods.suffixes(type, environment));
  }

  /** Whether {@code @Generated} can be used: it is in a module that not every project requires. */
  private boolean seesGenerated(TypeElement type) {
    Elements elements = environment.getElementUtils();
    ModuleElement module = elements.getModuleOf(type);
    String name = GeneratedNames.GENERATED.canonicalName();
    return (module == null ? elements.getTypeElement(name) : elements.getTypeElement(module, name))
        != null;
  }

  private void placeholder(GeneratedNames names, List<String> why) {
    TypeElement type = names.origin();
    if (!generated.containsKey(names.network().canonicalName())) {
      String text = type.getSimpleName() + " has errors, and was not compiled";
      String all = why.isEmpty() ? text : text + ":\n" + String.join("\n", why);
      boolean stands = interfaces.canBeStoodFor(type, names.all());
      write(SourceFile.of(PlaceholderWriter.write(names, stands, all)), type);
    }
  }

  private void write(SourceFile file, TypeElement type) {
    String name = file.name();
    try {
      file.write(type, environment.getFiler());
      generated.put(name, type.getQualifiedName().toString());
    } catch (FilerException e) {
      // A class of this name came from elsewhere after it was looked for.
      diagnostics.report(Message.NAME_CLASH, type, type.getSimpleName(), name);
    } catch (IOException e) {
      diagnostics.report(Message.CANNOT_WRITE, type, name, e.toString());
    }
  }
}
