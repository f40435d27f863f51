package io.blockwork.processor;

import com.palantir.javapoet.ClassName;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;

/** Checks the annotated interface itself. */
final class InterfaceRules {
  private static final String CLASSIFIER = "ImageClassifier";
  private static final String NETWORK = "Network";
  private static final String OWN_PACKAGE = "io.blockwork";
  private static final String NO_OPTIONS = "compiledArchitecture";

  /** Static methods of generated classes; all but the last one may take options. */
  private static final Set<String> FACTORIES = Set.of("create", "pretrained", NO_OPTIONS);

  private final Elements elements;
  private final Types types;
  private final Diagnostics diagnostics;

  InterfaceRules(ProcessingEnvironment environment, Diagnostics diagnostics) {
    this.elements = environment.getElementUtils();
    this.types = environment.getTypeUtils();
    this.diagnostics = diagnostics;
  }

  /**
   * Whether the element is a type that a generated class can implement.
   *
   * @param element what the annotation stands on
   */
  static boolean isImplementable(Element element) {
    return element.getKind() == ElementKind.INTERFACE
        && element instanceof TypeElement type
        && type.getTypeParameters().isEmpty()
        && !type.getModifiers().contains(Modifier.SEALED)
        && firstPrivate(element).isEmpty();
  }

  /** The first private type from the element outwards. */
  private static Optional<TypeElement> firstPrivate(Element element) {
    for (Element at = element; at instanceof TypeElement type; at = at.getEnclosingElement()) {
      if (type.getModifiers().contains(Modifier.PRIVATE)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether a method is one that every network, or every classifier, has. */
  static boolean isOurs(ExecutableElement method) {
    return method.getEnclosingElement() instanceof TypeElement owner
        && (owner.getQualifiedName().contentEquals(OWN_PACKAGE + "." + NETWORK)
            || owner.getQualifiedName().contentEquals(OWN_PACKAGE + "." + CLASSIFIER));
  }

  /** Whether the types that the element extends are known yet. */
  static boolean isReady(Element element) {
    return !(element instanceof TypeElement type) || isResolved(type, new TreeSet<>());
  }

  private static boolean isResolved(TypeElement type, Set<String> seen) {
    for (TypeMirror supertype : type.getInterfaces()) {
      if (supertype.getKind() == TypeKind.ERROR) {
        return false;
      }
      TypeElement parent = (TypeElement) ((DeclaredType) supertype).asElement();
      if (seen.add(parent.getQualifiedName().toString()) && !isResolved(parent, seen)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reports what a generated class could not implement; true if there is nothing of the kind.
   *
   * @param annotation the annotation's simple name
   * @param classifier whether the annotation describes a network with a classifier
   */
  boolean check(Element element, String annotation, boolean classifier) {
    String name = element.getSimpleName().toString();
    String supertype = classifier ? CLASSIFIER : NETWORK;
    if (element.getKind() != ElementKind.INTERFACE || !(element instanceof TypeElement type)) {
      diagnostics.report(Message.NOT_AN_INTERFACE, element, name, kind(element), supertype);
      return false;
    }
    boolean sound = true;
    if (!type.getTypeParameters().isEmpty()) {
      diagnostics.report(Message.GENERIC, type, name);
      sound = false;
    }
    if (type.getModifiers().contains(Modifier.SEALED)) {
      diagnostics.report(Message.SEALED, type, name);
      sound = false;
    }
    Optional<TypeElement> hidden = firstPrivate(type);
    if (hidden.isPresent()) {
      diagnostics.report(Message.PRIVATE, type, name, hidden.get().getSimpleName());
      sound = false;
    }
    return extendsNetwork(type, annotation, classifier)
        & onlyKnownMethods(type)
        & nothingHidden(type)
        & sound;
  }

  private static String kind(Element element) {
    String kind = element.getKind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return ("aeiou".indexOf(kind.charAt(0)) >= 0 ? "an " : "a ") + kind;
  }

  private boolean extendsNetwork(TypeElement type, String annotation, boolean classifier) {
    String name = type.getSimpleName().toString();
    if (!is(type, classifier ? CLASSIFIER : NETWORK)) {
      diagnostics.report(Message.SUPERTYPE, type, name, classifier ? CLASSIFIER : NETWORK);
      return false;
    }
    if (!classifier && is(type, CLASSIFIER)) {
      diagnostics.report(Message.BLOCK_CLASSIFIES, type, name, annotation);
      return false;
    }
    return true;
  }

  /** Whether a composed network is a classifier: unless it says that it is another network. */
  boolean isClassifier(Element element) {
    return !(element instanceof TypeElement type) || is(type, CLASSIFIER) || !is(type, NETWORK);
  }

  private boolean is(TypeElement type, String ours) {
    TypeElement wanted = elements.getTypeElement("io.blockwork." + ours);
    return types.isSubtype(types.erasure(type.asType()), wanted.asType());
  }

  private boolean onlyKnownMethods(TypeElement type) {
    boolean known = true;
    List<ExecutableElement> base = baseMethods();
    for (ExecutableElement method : ElementFilter.methodsIn(elements.getAllMembers(type))) {
      if (method.getModifiers().contains(Modifier.ABSTRACT)
          && !OutputMethods.declares(method)
          && !implemented(method, base)) {
        report(Message.METHOD, type, method);
        known = false;
      }
    }
    return known;
  }

  /** Reports default methods that would clash with the generated class's own, or never run. */
  private boolean nothingHidden(TypeElement type) {
    boolean free = true;
    for (ExecutableElement method : taken(type)) {
      // Abstract ones are reported as methods that are not implemented.
      if (method.getModifiers().contains(Modifier.DEFAULT)) {
        report(Message.METHOD_CLASH, type, method);
        free = false;
      }
    }
    return free;
  }

  /** Points at a method of the interface where it is the interface's own, and not inherited. */
  private void report(Message message, TypeElement type, ExecutableElement method) {
    Element owner = Objects.requireNonNull(method.getEnclosingElement());
    diagnostics.report(
        message,
        owner.equals(type) ? method : type,
        method.getSimpleName() + "()",
        owner.getSimpleName());
  }

  /** Whether a class with the generated factories can implement the type. */
  boolean canBeStoodFor(TypeElement type, List<ClassName> generated) {
    return isImplementable(type) && taken(type).isEmpty() && memberNamed(type, generated).isEmpty();
  }

  /** A type that the interface holds or inherits, and that hides a generated one. */
  Optional<TypeElement> memberNamed(TypeElement type, List<ClassName> generated) {
    for (TypeElement member : ElementFilter.typesIn(elements.getAllMembers(type))) {
      for (ClassName name : generated) {
        if (member.getSimpleName().contentEquals(name.simpleName())) {
          return Optional.of(member);
        }
      }
    }
    return Optional.empty();
  }

  /** The user's methods that clash with those of the generated class, or would never run. */
  private List<ExecutableElement> taken(TypeElement type) {
    List<ExecutableElement> base = baseMethods();
    List<ExecutableElement> taken = new ArrayList<>();
    for (ExecutableElement method : ElementFilter.methodsIn(elements.getAllMembers(type))) {
      if (!isKnown(method) && (isFactory(method) || isOfBase(method, base))) {
        taken.add(method);
      }
    }
    return taken;
  }

  /** Whether the method cannot get in the way: a static one, Java's, or Blockwork's. */
  private boolean isKnown(ExecutableElement method) {
    String owner =
        elements.getPackageOf(method.getEnclosingElement()).getQualifiedName().toString();
    return method.getModifiers().contains(Modifier.STATIC)
        || method.getModifiers().contains(Modifier.PRIVATE)
        || owner.equals(OWN_PACKAGE)
        || owner.equals("java.lang");
  }

  private boolean isFactory(ExecutableElement method) {
    List<? extends VariableElement> parameters = method.getParameters();
    if (!FACTORIES.contains(method.getSimpleName().toString()) || parameters.size() > 1) {
      return false;
    }
    TypeElement options = elements.getTypeElement(OWN_PACKAGE + ".NetworkOptions");
    return parameters.isEmpty()
        || (types.isSameType(types.erasure(parameters.get(0).asType()), options.asType())
            && !NO_OPTIONS.contentEquals(method.getSimpleName()));
  }

  private List<ExecutableElement> baseMethods() {
    TypeElement base = elements.getTypeElement(OWN_PACKAGE + ".compiled.CompiledNetwork");
    return ElementFilter.methodsIn(elements.getAllMembers(base));
  }

  /** An abstract method that the base class has in public is implemented by it. */
  private boolean isOfBase(ExecutableElement method, List<ExecutableElement> base) {
    boolean isDefault = method.getModifiers().contains(Modifier.DEFAULT);
    for (ExecutableElement theirs : base) {
      if (overrides(theirs, method)
          && !theirs.getModifiers().contains(Modifier.PRIVATE)
          && (isDefault || !theirs.getModifiers().contains(Modifier.PUBLIC))) {
        return true;
      }
    }
    return false;
  }

  /** Whether every generated class has the method from its base class. */
  private boolean implemented(ExecutableElement method, List<ExecutableElement> base) {
    for (ExecutableElement theirs : base) {
      if (overrides(theirs, method)
          && !theirs.getModifiers().contains(Modifier.STATIC)
          && theirs.getModifiers().contains(Modifier.PUBLIC)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a method of the base class has the method's name and parameters. */
  private boolean overrides(ExecutableElement theirs, ExecutableElement method) {
    // An abstract method of the interface hides a default method that the base class inherits.
    return theirs.getSimpleName().equals(method.getSimpleName())
        && !theirs.getModifiers().contains(Modifier.DEFAULT)
        && sameParameters(theirs, method);
  }

  private boolean sameParameters(ExecutableElement a, ExecutableElement b) {
    if (a.getParameters().size() != b.getParameters().size()) {
      return false;
    }
    for (int i = 0; i < a.getParameters().size(); i++) {
      if (!types.isSameType(
          types.erasure(a.getParameters().get(i).asType()),
          types.erasure(b.getParameters().get(i).asType()))) {
        return false;
      }
    }
    return true;
  }
}
