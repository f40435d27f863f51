package io.blockwork.processor;

import com.google.auto.common.AnnotationMirrors;
import com.google.auto.common.MoreElements;
import com.google.auto.common.MoreTypes;
import com.palantir.javapoet.ClassName;
import io.blockwork.processor.emit.TapMethod;
import io.blockwork.processor.emit.TapMethod.Tap;
import io.blockwork.processor.graph.ModuleNames;
import io.blockwork.processor.spec.Problem;
import io.blockwork.processor.spec.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.RecordComponentElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** The methods of an annotated interface that ask for values inside the network. */
final class OutputMethods {
  private static final String OUTPUT = "io.blockwork.Output";
  private static final String ARRAY = "org.nd4j.linalg.api.ndarray.INDArray";
  private static final int NAMES_SHOWN = 12;

  /** A value that is asked for: in which component, by which annotation, of which element. */
  private record Wanted(String component, Element element, AnnotationMirror annotation) {
    private String module() {
      return String.valueOf(AnnotationMirrors.getAnnotationValue(annotation, "value").getValue());
    }
  }

  private record Declared(String name, Optional<TypeElement> result, List<Wanted> wanted) {}

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
    MoreElements.getLocalAndInheritedMethods(
            type, environment.getTypeUtils(), environment.getElementUtils())
        .stream()
        .filter(OutputMethods::declares)
        .forEach(outputs::add);
    return outputs;
  }

  /** Whether the method, rightly or not, asks for values inside the network. */
  static boolean declares(ExecutableElement method) {
    return output(method).isPresent()
        || method.getModifiers().contains(Modifier.ABSTRACT)
            && record(method)
                .filter(r -> r.getRecordComponents().stream().anyMatch(c -> output(c).isPresent()))
                .isPresent();
  }

  /** Whether all methods that were found can be implemented, if the network has their modules. */
  boolean sound() {
    return sound;
  }

  /** Looks the modules up, and reports those that the network does not have. */
  List<TapMethod> resolve(ModuleNames names) {
    List<String> suffixes = TapMethod.suffixes(methods.stream().map(Declared::name).toList());
    List<TapMethod> resolved = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      Declared method = methods.get(i);
      List<Tap> taps = new ArrayList<>();
      for (Wanted wanted : method.wanted()) {
        OptionalInt node = names.node(wanted.module());
        if (node.isPresent()) {
          taps.add(new Tap(wanted.component(), wanted.module(), node.getAsInt()));
        } else {
          unknown(wanted, names);
        }
      }
      resolved.add(
          new TapMethod(method.name(), suffixes.get(i), method.result().map(ClassName::get), taps));
    }
    return resolved;
  }

  private void unknown(Wanted wanted, ModuleNames names) {
    sound = false;
    List<String> nearest = Nearest.first(wanted.module(), names.all().keySet());
    int shown = Math.min(NAMES_SHOWN, nearest.size());
    String message =
        "%s has no module \"%s\"%n  possible, the nearest first: %s%s%n  fix: write @Output(\"%s\")"
            .formatted(
                type.getSimpleName(),
                wanted.module(),
                String.join(", ", nearest.subList(0, shown)),
                shown < nearest.size() ? ", and " + (nearest.size() - shown) + " more" : "",
                nearest.get(0));
    if (here(wanted.element())) {
      diagnostics.error(
          new Problem(Rule.OUTPUT_MODULE, "value", OptionalInt.empty(), message),
          wanted.element(),
          wanted.annotation());
    } else {
      diagnostics.error(Rule.OUTPUT_MODULE, type, "%s: %s", wanted.component(), message);
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
              name, Optional.empty(), List.of(new Wanted(name, method, annotation.get()))));
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
            "component %s of %s must be an INDArray with @Output, as every component of a record of features"
                .formatted(component.getSimpleName(), result.getSimpleName()));
        return;
      }
      wanted.add(new Wanted(component.getSimpleName().toString(), component, annotation.get()));
    }
    methods.add(new Declared(method.getSimpleName().toString(), Optional.of(result), wanted));
  }

  private static Optional<String> fault(ExecutableElement method) {
    String name = method.getSimpleName().toString();
    boolean images =
        method.getParameters().size() == 1 && isArray(method.getParameters().get(0).asType());
    boolean result =
        output(method).isPresent()
            ? isArray(method.getReturnType())
            : record(method).filter(r -> r.getTypeParameters().isEmpty()).isPresent();
    if (!method.getModifiers().contains(Modifier.ABSTRACT)) {
      return Optional.of(
          "%s has a body, but the generated class implements @Output methods: make it abstract"
              .formatted(name));
    } else if (name.equals("forward") && images) {
      return Optional.of("forward is the whole network: give the @Output method another name");
    } else if (!images || !result || !method.getTypeParameters().isEmpty()) {
      return Optional.of(
          "%s must take the images and return an INDArray: write @Output(...) INDArray %s(INDArray images),"
                  .formatted(name, name)
              + " or return a record of such outputs and annotate its components instead");
    }
    return Optional.empty();
  }

  private void refuse(ExecutableElement method, String message) {
    sound = false;
    diagnostics.error(Rule.OUTPUT_METHOD, here(method) ? method : type, "%s", message);
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

  private static Optional<AnnotationMirror> output(Element element) {
    return MoreElements.getAnnotationMirror(element, OUTPUT).toJavaUtil();
  }

  private static Optional<TypeElement> record(ExecutableElement method) {
    return method.getReturnType().getKind() == TypeKind.DECLARED
        ? Optional.of(MoreTypes.asTypeElement(method.getReturnType()))
            .filter(e -> e.getKind() == ElementKind.RECORD)
        : Optional.empty();
  }

  private static boolean isArray(TypeMirror type) {
    return type.getKind() == TypeKind.DECLARED
        && MoreTypes.asTypeElement(type).getQualifiedName().contentEquals(ARRAY);
  }
}
