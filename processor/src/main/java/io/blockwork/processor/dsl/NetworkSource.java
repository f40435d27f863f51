package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.BodyNode.Use;
import java.util.Optional;
import javax.lang.model.element.TypeElement;

/**
 * A network as it is written.
 *
 * @param type its interface
 * @param body the nodes in it; none if a block stands beside it
 * @param block the block beside {@code @Model}
 * @param classifier whether it is an {@code ImageClassifier}
 */
record NetworkSource(TypeElement type, Body body, Optional<Use> block, boolean classifier) {}
