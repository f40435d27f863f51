/**
 * The annotation processor. Data flows one way: annotation, spec, graph, shapes, transforms, emit.
 * The processor class only wires them and reports what is wrong.
 */
@NullMarked
package io.blockwork.processor;

import org.jspecify.annotations.NullMarked;
