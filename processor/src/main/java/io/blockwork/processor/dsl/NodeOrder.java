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
 * files promise none (javac 17 gives them reversed), so that the processor writes the nodes of the
 * blocks in a class to another one beside it, its companion.
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

  /** The class around which nothing stands but its package. */
  static TypeElement outermost(TypeElement type) {
    TypeElement outermost = type;
    while (outermost.getEnclosingElement() instanceof TypeElement outer) {
      outermost = outer;
    }
    return outermost;
  }

  /** The qualified name of the companion of an outermost class. */
  static String companion(TypeElement outermost) {
    return outermost.getQualifiedName() + SUFFIX;
  }

  /** A block's name, after those of the classes around it. */
  static String name(TypeElement block) {
    return block.getEnclosingElement() instanceof TypeElement outer
        ? name(outer) + "." + block.getSimpleName()
        : block.getSimpleName().toString();
  }

  /** Whether the type is being compiled, so that its nested types are in order. */
  boolean isSource(TypeElement type) {
    return sources.contains(outermost(type).getQualifiedName().toString());
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
    String companion = companion(outermost(block));
    return new FaultException(
        Fault.of(Message.NO_COMPANION, Site.of(block), block.getQualifiedName(), companion));
  }

  private static String path(TypeElement root, TypeElement node) {
    StringBuilder path = new StringBuilder(node.getSimpleName());
    Element at = node.getEnclosingElement();
    while (at != null && !root.equals(at)) {
      path.insert(0, at.getSimpleName() + ".");
      at = at.getEnclosingElement();
    }
    return path.toString();
  }

  private Optional<List<String>> written(TypeElement block) {
    return entry(block).flatMap(of -> Names.written(of, "nodes")).map(NodeOrder::texts);
  }

  /** The first sentence of the documentation of a block from a class file; empty if not known. */
  String summary(TypeElement block) {
    return entry(block).flatMap(of -> Names.text(of, "summary")).orElse("");
  }

  /** What the companion says of a block. */
  private Optional<AnnotationMirror> entry(TypeElement block) {
    TypeElement companion = elements.getTypeElement(companion(outermost(block)));
    if (companion == null) {
      return Optional.empty();
    }
    Object all =
        Names.find(companion, Names.ORDER)
            .flatMap(order -> Names.written(order, "value"))
            .map(AnnotationValue::getValue)
            .orElse(List.of());
    String name = name(block);
    for (Object value : all instanceof List<?> list ? list : List.of()) {
      if (((AnnotationValue) value).getValue() instanceof AnnotationMirror of
          && Names.text(of, "block").equals(Optional.of(name))) {
        return Optional.of(of);
      }
    }
    return Optional.empty();
  }

  private static List<String> texts(AnnotationValue value) {
    List<String> texts = new ArrayList<>();
    if (value.getValue() instanceof List<?> list) {
      list.forEach(text -> texts.add(String.valueOf(((AnnotationValue) text).getValue())));
    }
    return texts;
  }
}
