/**
 * Runs generated networks on NVIDIA's GPUs.
 *
 * <p>A pass is bound once: the generated class names its layers to a binder ({@code
 * InferenceRecorder}, {@code TrainingRecorder}) and runs once, which writes down its {@code
 * Operation}s in order; {@code Fusion} joins neighbours that would read the same memory; the {@code
 * Emitter} makes each a launch of cuDNN's or of a kernel of our own (resources, in CUDA C++,
 * compiled when they are first used); all of it is recorded in one CUDA graph, which is what runs.
 *
 * <p>Losses and optimizers may run there too ({@code WholeGraph}, {@code CudaOptimizer}): then the
 * device has the newest parameters ({@code NetworkState}), and the host fetches them when somebody
 * reads one. That part has run on the emulator only, not yet on a card.
 *
 * <p>Tensors lie channels-last, in channels padded to 16 bytes; what the padding holds is finite
 * and meets weights of zero.
 */
@NullMarked
package io.blockwork.cuda;

import org.jspecify.annotations.NullMarked;
