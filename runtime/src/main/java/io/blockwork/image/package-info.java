/**
 * From a file to the numbers that a network takes, and from its logits to an answer.
 *
 * <p>{@link io.blockwork.image.Images} decodes files, streams and {@code BufferedImage}s to 8-bit
 * {@link io.blockwork.image.ByteImage}s, {@link io.blockwork.image.Preprocessing} turns these into
 * arrays as torchvision's evaluation transforms do, and {@link io.blockwork.image.Classification}
 * ranks what the network says. Pixels agree with PIL's, which is what torchvision's published
 * weights were trained and measured with: the same JPEG decoding, the same fixed-point resampling.
 */
@NullMarked
package io.blockwork.image;

import org.jspecify.annotations.NullMarked;
