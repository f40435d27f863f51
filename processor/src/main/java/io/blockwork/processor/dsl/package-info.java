/**
 * The composition language: from interfaces nested in a {@code @Model} or a {@code @Block} to a
 * graph. {@link io.blockwork.processor.dsl.BodyReader} reads what stands there, {@link
 * io.blockwork.processor.dsl.BodyCheck} what can be said without knowing any size, and {@link
 * io.blockwork.processor.dsl.Lowering} writes the graph down.
 */
@NullMarked
package io.blockwork.processor.dsl;

import org.jspecify.annotations.NullMarked;
