package io.blockwork.processor;

import com.palantir.javapoet.ClassName;
import io.blockwork.graph.ModuleNames;
import io.blockwork.processor.dsl.Composition.Located;
import io.blockwork.processor.emit.FeatureMethod;
import io.blockwork.processor.emit.FeatureMethod.FeatureOutput;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import io.blockwork.processor.spec.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.RecordComponentElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;

/** The methods of an annotated interface that return feature outputs. */
final class OutputMethods {
  /** The annotation. */
  static final String OUTPUT = "io.blockwork.Output";

  private static final String ARRAY = "org.nd4j.linalg.api.ndarray.INDArray";
  private static final int NAMES_SHOWN = 6;

  /** A value that is asked for: in which component, by which annotation, of which element. */
  private record Wanted(
      String component, ExecutableElement method, Element element, AnnotationMirror annotation) {
    private Optional<Object> member(String name) {
      return annotation.getElementValues().entrySet().stream()
          .filter(entry -> entry.getKey().getSimpleName().contentEquals(name))
          .map(entry -> entry.getValue().getValue())
          .findFirst();
    }

    private Optional<String> module() {
      return member("value").map(String::valueOf).filter(name -> !name.isEmpty());
    }

    private Optional<TypeMirror> node() {
      return member("node")
          .filter(TypeMirror.class::isInstance)
          .map(TypeMirror.class::cast)
          .filter(type -> type.getKind() != TypeKind.VOID);
    }
  }

  private record Declared(
      String name, boolean plain, Optional<TypeElement> result, List<Wanted> wanted) {}

  private final TypeElement type;
  private final Diagnostics diagnostics;
  private final List<Declared> methods = new ArrayList<>();
  private boolean sound = true;

  private OutputMethods(TypeElement type, Diagnostics diagnostics) {
    this.type = type;
    this.diagnostics = diagnostics;
  }

  /** Finds the methods, and reports those that cannot be implemented. */
  static OutputMethods read(
      TypeElement type, ProcessingEnvironment environment, Diagnostics diagnostics) {
    var outputs = new OutputMethods(type, diagnostics);
    for (ExecutableElement method : methods(type, environment)) {
      outputs.add(method);
    }
    return outputs;
  }

  /** What the passes of the methods are called after the interface's name. */
  static List<String> suffixes(TypeElement type, ProcessingEnvironment environment) {
    List<String> names = new ArrayList<>();
    for (ExecutableElement method : methods(type, environment)) {
      names.add(method.getSimpleName().toString());
    }
    return FeatureMethod.suffixes(names);
  }

  /** The methods, in the order of their declaration. */
  private static List<ExecutableElement> methods(
      TypeElement type, ProcessingEnvironment environment) {
    Elements elements = environment.getElementUtils();
    List<ExecutableElement> methods = new ArrayList<>();
    for (ExecutableElement method : ElementFilter.methodsIn(elements.getAllMembers(type))) {
      if (declares(method)) {
        methods.add(method);
      }
    }
    if (methods.size() > 1) {
      // The compilers list members in orders of their own.
      List<? extends Element> own = type.getEnclosedElements();
      methods.sort(
          Comparator.comparingInt((ExecutableElement m) -> position(own, m))
              .thenComparing(m -> m.getSimpleName().toString()));
    }
    return methods;
  }

  /** Where the interface itself declares the method; inherited ones come last. */
  private static int position(List<? extends Element> own, Element method) {
    int index = own.indexOf(method);
    return index < 0 ? Integer.MAX_VALUE : index;
  }

  /** Whether the method, rightly or not, is meant to return feature outputs. */
  static boolean declares(ExecutableElement method) {
    if (output(method).isPresent()) {
      return true;
    }
    // The results of what every network has would all have to be read to see what they are.
    if (!method.getModifiers().contains(Modifier.ABSTRACT) || InterfaceRules.isOurs(method)) {
      return false;
    }
    Optional<TypeElement> result = record(method);
    return result.isPresent() && hasOutputs(result.get());
  }

  private static boolean hasOutputs(TypeElement result) {
    for (RecordComponentElement component : result.getRecordComponents()) {
      if (output(component).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Whether all methods that were found can be implemented, if the network has their modules. */
  boolean sound() {
    return sound;
  }

  /** Looks the modules up, and reports those that the network does not have. */
  List<FeatureMethod> resolve(OutputValues values) {
    List<String> suffixes = FeatureMethod.suffixes(methods.stream().map(Declared::name).toList());
    List<FeatureMethod> resolved = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      Declared method = methods.get(i);
      List<FeatureOutput> found = new ArrayList<>();
      for (Wanted wanted : method.wanted()) {
        find(wanted, values).ifPresent(found::add);
      }
      resolved.add(
          new FeatureMethod(
              method.name(),
              suffixes.get(i),
              method.plain(),
              method.result().map(ClassName::get),
              found));
    }
    return resolved;
  }

  private Optional<FeatureOutput> find(Wanted wanted, OutputValues values) {
    Optional<String> module = wanted.module();
    Optional<TypeMirror> node = wanted.node();
    if (module.isPresent() == node.isPresent()) {
      report(Message.OUTPUT_VALUE, wanted, "value");
      return Optional.empty();
    }
    if (module.isPresent()) {
      OptionalInt value = values.modules().node(module.get());
      if (value.isEmpty()) {
        unknown(wanted, module.get(), values.modules());
        return Optional.empty();
      }
      return Optional.of(new FeatureOutput(wanted.component(), module.get(), value.getAsInt()));
    }
    Optional<Located> located = values.node(node.get());
    if (located.isEmpty()) {
      unknown(wanted, node.get(), values);
    }
    return located.map(
        found -> new FeatureOutput(wanted.component(), OutputValues.path(found), found.value()));
  }

  private void unknown(Wanted wanted, String module, ModuleNames names) {
    List<String> all = List.copyOf(names.all().keySet());
    List<String> nearest = Nearest.order(module, all);
    // Where nothing is like it, all that can be told is what there is at the outermost level.
    boolean known = Nearest.isNear(module, nearest.get(0));
    List<String> outermost = all.stream().filter(name -> !name.contains(".")).toList();
    List<String> told = known || outermost.isEmpty() ? nearest : outermost;
    report(
        Message.OUTPUT_MODULE,
        wanted,
        "value",
        type.getSimpleName(),
        module,
        known ? nearest.get(0) : told.get(Math.max(0, told.size() - 2)),
        known ? "the most similar are" : "the outermost are",
        shown(told));
  }

  private void unknown(Wanted wanted, TypeMirror node, OutputValues values) {
    String name = OutputValues.name(node);
    if (values.nodes().isEmpty()) {
      String nearest = Nearest.order(name, values.modules().all().keySet()).get(0);
      report(Message.OUTPUT_NO_NODES, wanted, "node", type.getSimpleName(), nearest);
      return;
    }
    List<String> nearest = Nearest.order(name, values.literals());
    report(
        Message.OUTPUT_NODE,
        wanted,
        "node",
        type.getSimpleName(),
        name,
        nearest.get(0),
        shown(nearest));
  }

  private static String shown(List<String> nearest) {
    int shown = Math.min(NAMES_SHOWN, nearest.size());
    return String.join(", ", nearest.subList(0, shown))
        + (shown < nearest.size() ? ", and " + (nearest.size() - shown) + " more" : "");
  }

  private void report(Message message, Wanted wanted, String member, Object... args) {
    sound = false;
    boolean inRecord = !wanted.element().equals(wanted.method());
    if (here(wanted.element()) && (!inRecord || diagnostics.knowsRecords())) {
      diagnostics.report(Problem.of(message, member, args), wanted.element(), wanted.annotation());
    } else {
      diagnostics.report(message, here(wanted.method()) ? wanted.method() : type, args);
    }
  }

  private void add(ExecutableElement method) {
    Optional<AnnotationMirror> annotation = output(method);
    String name = method.getSimpleName().toString();
    Optional<String> fault = fault(method);
    if (fault.isPresent()) {
      refuse(method, fault.get());
    } else if (annotation.isPresent()) {
      methods.add(
          new Declared(
              name,
              isFloats(method.getReturnType()),
              Optional.empty(),
              List.of(new Wanted(name, method, method, annotation.get()))));
    } else {
      addRecord(method, record(method).orElseThrow());
    }
  }

  private void addRecord(ExecutableElement method, TypeElement result) {
    List<Wanted> wanted = new ArrayList<>();
    for (RecordComponentElement component : result.getRecordComponents()) {
      Optional<AnnotationMirror> annotation = output(component);
      if (annotation.isEmpty() || !isArray(component.asType())) {
        refuse(
            method,
            String.format(
                Locale.ROOT,
                "component %s of %s must be an INDArray with @Output",
                component.getSimpleName(),
                result.getSimpleName()));
        return;
      }
      wanted.add(placed(method, result, component, annotation.get()));
    }
    methods.add(
        new Declared(method.getSimpleName().toString(), false, Optional.of(result), wanted));
  }

  /** The component by its field, which compilers can point at. */
  private static Wanted placed(
      ExecutableElement method,
      TypeElement result,
      RecordComponentElement component,
      AnnotationMirror annotation) {
    String name = component.getSimpleName().toString();
    for (VariableElement field : ElementFilter.fieldsIn(result.getEnclosedElements())) {
      Optional<AnnotationMirror> same = output(field);
      if (field.getSimpleName().contentEquals(name) && same.isPresent()) {
        return new Wanted(name, method, field, same.get());
      }
    }
    return new Wanted(name, method, component, annotation);
  }

  private static Optional<String> fault(ExecutableElement method) {
    String name = method.getSimpleName().toString();
    boolean one = method.getParameters().size() == 1;
    boolean images = one && isArray(method.getParameters().get(0).asType());
    boolean plain = one && isFloats(method.getParameters().get(0).asType());
    boolean result =
        output(method).isPresent()
            ? images && isArray(method.getReturnType()) || plain && isFloats(method.getReturnType())
            : images && record(method).filter(r -> r.getTypeParameters().isEmpty()).isPresent();
    if (!method.getModifiers().contains(Modifier.ABSTRACT)) {
      return Optional.of("it has a body");
    } else if (name.equals("forward") && (images || plain)) {
      return Optional.of("forward already returns the output of the whole network");
    } else if (!result || !method.getTypeParameters().isEmpty()) {
      return Optional.of(
          "it must take one INDArray, and return an INDArray or a record of them, or take and"
              + " return float[]");
    }
    return Optional.empty();
  }

  private void refuse(ExecutableElement method, String message) {
    sound = false;
    diagnostics.report(
        Message.OUTPUT_METHOD,
        here(method) ? method : type,
        method.getSimpleName(),
        message,
        example());
  }

  /** How a value that this kind of network has is asked for, whatever its size. */
  private String example() {
    return Stream.of("ResNet", "DenseNet", "ResidualBlock", "DenseBlock")
        .filter(
            family ->
                type.getAnnotationMirrors().stream()
                    .anyMatch(a -> named(a.getAnnotationType(), "io.blockwork." + family)))
        .map(
            family ->
                switch (family) {
                  case "ResNet" -> "\"layer1\"";
                  case "DenseNet" -> "\"features.denseblock1\"";
                  case "ResidualBlock" -> "\"conv1\"";
                  default -> "\"denselayer1\"";
                })
        .findFirst()
        .orElseGet(
            () ->
                ElementFilter.typesIn(type.getEnclosedElements()).stream()
                    .filter(nested -> nested.getKind() == ElementKind.INTERFACE)
                    .map(nested -> "node = " + nested.getSimpleName() + ".class")
                    .findFirst()
                    .orElse("\"name of a module\""));
  }

  /** Whether the element stands in the interface's own source file. */
  private boolean here(Element element) {
    return outermost(element).equals(outermost(type));
  }

  private static Element outermost(Element element) {
    Element at = element;
    while (at.getEnclosingElement() != null
        && at.getEnclosingElement().getKind() != ElementKind.PACKAGE) {
      at = at.getEnclosingElement();
    }
    return at;
  }

  /** The annotation of an element, if it has it. */
  static Optional<AnnotationMirror> output(Element element) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (named(mirror.getAnnotationType(), OUTPUT)) {
        return Optional.of(mirror);
      }
    }
    return Optional.empty();
  }

  private static Optional<TypeElement> record(ExecutableElement method) {
    // INDArray is not asked for its kind: the compiler would read all of its 700 methods for that.
    return method.getReturnType() instanceof DeclaredType result
            && !isArray(result)
            && result.asElement().getKind() == ElementKind.RECORD
        ? Optional.of((TypeElement) result.asElement())
        : Optional.empty();
  }

  private static boolean isFloats(TypeMirror type) {
    return type instanceof ArrayType array && array.getComponentType().getKind() == TypeKind.FLOAT;
  }

  private static boolean isArray(TypeMirror type) {
    return named(type, ARRAY);
  }

  private static boolean named(TypeMirror type, String name) {
    return type instanceof DeclaredType declared
        && ((TypeElement) declared.asElement()).getQualifiedName().contentEquals(name);
  }
}
