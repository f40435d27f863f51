package io.blockwork.processor.dsl;

import java.util.List;
import javax.lang.model.element.TypeElement;

/**
 * A block that has been read.
 *
 * @param element its annotation type
 * @param signature its parameters
 * @param body its nodes
 * @param faults what is wrong with it, whoever uses it
 * @param source whether it is being compiled, so that its faults are reported at itself
 * @param summary the first sentence of its documentation; else its name
 */
record BlockDefinition(
    TypeElement element,
    Signature signature,
    Body body,
    List<Fault> faults,
    boolean source,
    String summary) {
  BlockDefinition {
    faults = List.copyOf(faults);
  }
}
