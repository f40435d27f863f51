package io.blockwork.processor.dsl;

import java.util.List;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;

/**
 * Where in the source something stands.
 *
 * @param element an element
 * @param annotation an annotation on it; empty for the element as such
 * @param members members of the annotation, the first that is written being the place; empty for
 *     the annotation as such
 */
public record Site(Element element, Optional<AnnotationMirror> annotation, List<String> members) {
  /** Copies the list. */
  public Site {
    members = List.copyOf(members);
  }

  static Site of(Element element) {
    return new Site(element, Optional.empty(), List.of());
  }

  static Site of(Element element, AnnotationMirror annotation, String... members) {
    return new Site(element, Optional.of(annotation), List.of(members));
  }

  /** The same annotation's member. */
  Site member(String member) {
    return new Site(element, annotation, List.of(member));
  }
}
