package io.blockwork.processor.dsl;

import java.util.List;
import javax.lang.model.element.TypeElement;

/**
 * A block that has been read.
 *
 * @param element its annotation type
 * @param signature its parameters
 * @param body its nodes
 * @param publications weights that are published for it as a whole network
 * @param faults what is wrong with it, whoever uses it
 * @param source whether it is being compiled, so that its faults are reported at itself
 * @param summary the first sentence of its documentation; else its name
 */
record BlockDefinition(
    TypeElement element,
    Signature signature,
    Body body,
    List<Publication> publications,
    List<Fault> faults,
    boolean source,
    String summary) {
  BlockDefinition {
    publications = List.copyOf(publications);
    faults = List.copyOf(faults);
  }
}
