/**
 * The fast engine: oneDNN primitives on native memory, with zero-copy access to ND4J's arrays.
 *
 * <p>Binding has two stages. First a recorder ({@link
 * io.blockwork.engine.onednn.InferenceRecorder}, {@link
 * io.blockwork.engine.onednn.TrainingRecorder}) takes down every layer that the generated class
 * names, and checks its shapes. When all are known, the plan chooses one {@link
 * io.blockwork.engine.onednn.Layout} for all activations, lays out memory, and turns each layer
 * into calls, which are oneDNN primitives with their arguments. Running only executes these.
 *
 * <p>Rules that measurement taught:
 *
 * <ul>
 *   <li>Activations of a plan have one layout, so that nothing is re-ordered between layers.
 *       bfloat16 wants channels last, since AMX kernels exist for no other. Float takes blocks of
 *       16 channels where all channels allow it: a slice of a concatenation is then dense at batch
 *       1. Processors without AVX-512 have no kernels for such blocks, and take channels last.
 *   <li>What oneDNN lacks, or has only slow reference kernels for, is a {@link
 *       io.blockwork.engine.onednn.Loop} of our own on channels-last memory: pools of uneven
 *       windows, local response norm, the backward passes of group norm and softmax.
 *   <li>Between two equal layouts with gaps, oneDNN's re-order copies as if there were none (3.11):
 *       {@link io.blockwork.engine.onednn.Emitter} goes by way of dense memory.
 *   <li>No kernel of oneDNN but the re-order is fast on a slice that is not dense: others fall to
 *       the reference implementation, slower by three orders. Such slices go through a dense copy.
 *   <li>Buffers start on a cache line (64 bytes); otherwise bfloat16 kernels take twice the time.
 *       Large ones lie on huge pages where the system has them, for another 1 or 2 %.
 *   <li>Nothing here starts ND4J until somebody comes with an array of its own: that takes longer
 *       than binding and running a network for the first time.
 *   <li>Memory is wrapped by absolute address only. Descriptors, attributes, memories and argument
 *       maps stay referenced as long as their primitive lives.
 * </ul>
 */
@NullMarked
package io.blockwork.engine.onednn;

import org.jspecify.annotations.NullMarked;
