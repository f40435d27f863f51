package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Value;
import java.util.Collections;
import java.util.Map;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;

/**
 * The use of an operation or a block: its annotation on an element, and what sets its members.
 *
 * @param signature what members there are
 * @param on the element
 * @param annotation the annotation
 * @param written members that have a value
 * @param computed members that {@code @With} computes
 */
record Call(
    Signature signature,
    Element on,
    AnnotationMirror annotation,
    Map<String, Value> written,
    Map<String, Formula> computed) {
  Call {
    written = Collections.unmodifiableMap(written);
    computed = Collections.unmodifiableMap(computed);
  }

  /** Where it stands. */
  Site site() {
    return Site.of(on, annotation);
  }

  /** Where a member gets its value: in the annotation, or in {@code @With}. */
  Site site(String member) {
    Formula formula = computed.get(member);
    return formula == null ? site().member(member) : formula.site();
  }
}
