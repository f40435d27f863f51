package io.blockwork.processor.emit;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.TypeSpec;
import io.blockwork.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;

/**
 * The annotated interface, and the names of what is generated for it.
 *
 * @param type the interface
 * @param element the same as javac knows it; empty for a network that no source asks for
 * @param modifiers {@code public}, or none
 * @param marked whether the classes bear {@code @Generated}
 * @param methods suffixes of the passes of the methods that return feature outputs, which follow
 *     the interface's name
 * @param names names of modules by path, where nodes have better ones than their numbers
 * @param trunk the group of modules that their names do without; empty if none does
 * @param sizes heights of further images that there are classes for
 * @param at the one of these that the classes are for; empty for the network's own
 */
public record GeneratedNames(
    ClassName type,
    Optional<TypeElement> element,
    List<Modifier> modifiers,
    boolean marked,
    List<String> methods,
    Map<String, String> names,
    String trunk,
    List<Integer> sizes,
    OptionalInt at) {
  /** The annotation that marks generated classes. */
  public static final ClassName GENERATED =
      ClassName.get("javax.annotation.processing", "Generated");

  /** Copies the lists. */
  public GeneratedNames {
    modifiers = List.copyOf(modifiers);
    methods = List.copyOf(methods);
    names = Map.copyOf(names);
    sizes = List.copyOf(sizes);
  }

  /** Names for a network whose modules are called by their paths. */
  public GeneratedNames(
      ClassName type,
      Optional<TypeElement> element,
      List<Modifier> modifiers,
      boolean marked,
      List<String> methods) {
    this(type, element, modifiers, marked, methods, Map.of(), "", List.of(), OptionalInt.empty());
  }

  /** The same for a network whose modules have other names than their paths. */
  public GeneratedNames naming(Map<String, String> modules) {
    return new GeneratedNames(type, element, modifiers, marked, methods, modules, trunk, sizes, at);
  }

  /** The same for a network that is compiled for images of further heights. */
  public GeneratedNames sized(List<Integer> heights) {
    return new GeneratedNames(
        type, element, modifiers, marked, methods, names, trunk, heights, OptionalInt.empty());
  }

  /** The names of what is generated for images of one of these heights. */
  public GeneratedNames at(int height) {
    return new GeneratedNames(
        type, element, modifiers, marked, methods, names, trunk, sizes, OptionalInt.of(height));
  }

  /** The same for the network's own size. */
  GeneratedNames whole() {
    return sized(sizes);
  }

  /** The same for the modules of that network. */
  public GeneratedNames in(Graph graph) {
    String group = Trunk.of(graph, names);
    return new GeneratedNames(type, element, modifiers, marked, methods, names, group, sizes, at);
  }

  /** What modules are called. */
  NodeNames nodes() {
    return new NodeNames(names, trunk);
  }

  /** The names for an interface that is being compiled. */
  public static GeneratedNames of(
      TypeElement origin, List<Modifier> modifiers, boolean marked, List<String> methods) {
    return new GeneratedNames(
        ClassName.get(origin), Optional.of(origin), modifiers, marked, methods);
  }

  /** The interface, as javac knows it. */
  public TypeElement origin() {
    return element.orElseThrow();
  }

  /** Starts a class that is generated for the interface. */
  TypeSpec.Builder startClass(ClassName name) {
    TypeSpec.Builder type = TypeSpec.classBuilder(name);
    if (element.isPresent()) {
      type.addOriginatingElement(element.get());
    }
    if (marked) {
      type.addAnnotation(
          AnnotationSpec.builder(GENERATED)
              .addMember("value", "$S", "io.blockwork.processor.BlockworkProcessor")
              .build());
    }
    return type;
  }

  /** Every class that is generated. */
  public List<ClassName> all() {
    List<ClassName> all = new ArrayList<>(own());
    for (int height : sizes) {
      all.addAll(at(height).own());
    }
    return all;
  }

  private List<ClassName> own() {
    List<ClassName> own = new ArrayList<>(List.of(network(), forward(), backward()));
    for (String suffix : methods) {
      own.add(named(suffix));
    }
    return own;
  }

  /** What the interface is called in generated names: {@code Outer_Inner} when nested. */
  public String base() {
    return String.join("_", type.simpleNames());
  }

  /** The page about the network: {@code X.html}. */
  public String report() {
    return named("").simpleName() + ".html";
  }

  /** The network: {@code XNetwork}, or {@code XAt176Network} for images of that height. */
  public ClassName network() {
    return named("Network");
  }

  /** The file that holds the network's graph, beside its class: {@code XNetwork.graph}. */
  public String graph() {
    return network().simpleName() + ".graph";
  }

  /** The inference pass: {@code XForward}. */
  public ClassName forward() {
    return named("Forward");
  }

  /** The training pass: {@code XBackward}. */
  public ClassName backward() {
    return named("Backward");
  }

  /** The inference pass of a method that returns feature outputs. */
  public ClassName features(FeatureMethod method) {
    return named(method.suffix());
  }

  private ClassName named(String suffix) {
    String size = at.isPresent() ? "At" + at.getAsInt() : "";
    return ClassName.get(type.packageName(), base() + size + suffix);
  }
}
