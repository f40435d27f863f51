/**
 * What generated classes extend and call: {@link io.blockwork.compiled.CompiledNetwork} is the
 * superclass of every {@code XNetwork}, {@link io.blockwork.compiled.Features} runs a method with
 * {@code @Output}. Users meet both by the interfaces in {@code io.blockwork} only.
 *
 * <p>Here bound plans are kept: inference plans for threads that run side by side, training plans
 * for the batch sizes in use.
 */
@NullMarked
package io.blockwork.compiled;

import org.jspecify.annotations.NullMarked;
