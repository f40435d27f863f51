package io.blockwork.processor.dsl;

import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;

/**
 * The order of the types nested in a network or a block. Compilers keep the source's, but class
 * files promise none (javac 17 gives them reversed), so that the processor writes the nodes of every
 * block to a class beside it, its companion.
 */
final class NodeOrder {
  private static final String SUFFIX = "Nodes";

  private final Elements elements;
  private final Set<String> sources;

  /**
   * @param sources qualified names of the outermost classes that are being compiled
   */
  NodeOrder(Elements elements, Set<String> sources) {
    this.elements = elements;
    this.sources = sources;
  }

  /** The qualified name of a block's companion. */
  static String companion(TypeElement block) {
    StringBuilder name = new StringBuilder(SUFFIX);
    Element at = block;
    for (; at instanceof TypeElement type; at = type.getEnclosingElement()) {
      name.insert(0, at == block ? type.getSimpleName() : type.getSimpleName() + "_");
    }
    String around = String.valueOf(at);
    return at == null || at.getKind() != ElementKind.PACKAGE || packageName(at).isEmpty()
        ? name.toString()
        : around + "." + name;
  }

  private static String packageName(Element element) {
    return ((javax.lang.model.element.PackageElement) element).getQualifiedName().toString();
  }

  /** Whether the type is being compiled, so that its nested types are in order. */
  boolean isSource(TypeElement type) {
    TypeElement outermost = type;
    while (outermost.getEnclosingElement() instanceof TypeElement outer) {
      outermost = outer;
    }
    return sources.contains(outermost.getQualifiedName().toString());
  }

  /**
   * The names of the nodes of a body, and of those within them with dots between, in order.
   *
   * @param body an interface or annotation whose nested types are in order
   */
  static List<String> of(TypeElement body) {
    List<String> names = new ArrayList<>();
    collect(body, "", names);
    return names;
  }

  private static void collect(TypeElement body, String prefix, List<String> names) {
    for (TypeElement node : nested(body)) {
      String name = prefix + node.getSimpleName();
      names.add(name);
      collect(node, name + ".", names);
    }
  }

  /** The nested types that are nodes, as the compiler gives them. */
  static List<TypeElement> nested(TypeElement body) {
    List<TypeElement> nodes = new ArrayList<>();
    for (TypeElement type : ElementFilter.typesIn(body.getEnclosedElements())) {
      if (type.getKind() == ElementKind.INTERFACE) {
        nodes.add(type);
      }
    }
    return nodes;
  }

  /**
   * The nodes of a body in the order in which they are written.
   *
   * @param root the network or block
   * @param body the root itself, or a group within it
   * @throws FaultException if a block from a class file has no companion
   */
  List<TypeElement> nodes(TypeElement root, TypeElement body) {
    List<TypeElement> nodes = nested(body);
    if (isSource(root)) {
      return nodes;
    }
    Map<String, TypeElement> byName = new LinkedHashMap<>();
    nodes.forEach(node -> byName.put(path(root, node), node));
    List<TypeElement> ordered = new ArrayList<>();
    for (String name : written(root).orElseThrow(() -> missing(root))) {
      TypeElement node = byName.remove(name);
      if (node != null) {
        ordered.add(node);
      }
    }
    if (!byName.isEmpty()) {
      throw missing(root);
    }
    return ordered;
  }

  private static FaultException missing(TypeElement block) {
    return new FaultException(
        Fault.of(
            Message.NO_COMPANION, Site.of(block), block.getQualifiedName(), companion(block)));
  }

  private static String path(TypeElement root, TypeElement node) {
    StringBuilder path = new StringBuilder(node.getSimpleName());
    for (Element at = node.getEnclosingElement(); !root.equals(at); at = at.getEnclosingElement()) {
      path.insert(0, at.getSimpleName() + ".");
    }
    return path.toString();
  }

  private Optional<List<String>> written(TypeElement block) {
    TypeElement companion = elements.getTypeElement(companion(block));
    if (companion == null) {
      return Optional.empty();
    }
    return Names.find(companion, Names.ORDER)
        .flatMap((AnnotationMirror order) -> Names.written(order, "value"))
        .map(NodeOrder::texts);
  }

  private static List<String> texts(AnnotationValue value) {
    List<String> texts = new ArrayList<>();
    if (value.getValue() instanceof List<?> list) {
      list.forEach(text -> texts.add(String.valueOf(((AnnotationValue) text).getValue())));
    }
    return texts;
  }
}
