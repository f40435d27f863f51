/**
 * Inference in 8-bit integers: finding the ranges of the activations, choosing what stays in single
 * precision, telling what it costs in accuracy, saving and loading.
 *
 * <pre>{@code
 * Quantization ranges = Calibrator.of(net).images(512).run(trainingImages);
 * ResNet50 small = Quantizer.of(ResNet50.class, net).quantized(ranges);
 * QuantizedFile.save(net, ranges, Path.of("resnet50-int8.safetensors"));
 * }</pre>
 *
 * <p>Activations are unsigned bytes, weights signed ones with a scale for each output channel.
 * Convolutions with what is fused into them, linear layers, batch norms, pools, residual sums and
 * concatenations stay in bytes from one to the next; what has no kernel of bytes is computed in
 * single precision, between a conversion and back.
 */
@NullMarked
package io.blockwork.quantization;

import org.jspecify.annotations.NullMarked;
