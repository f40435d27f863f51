/**
 * Weights: reading the files that people have, and writing them.
 *
 * <p>{@link io.blockwork.weights.Weights#open} reads PyTorch's {@code .pth} (zip and legacy),
 * safetensors and npz, telling them apart by content. {@code net.parameters().load(weights)} is
 * strict and changes nothing unless everything fits; {@link io.blockwork.weights.Load} relaxes
 * that. {@link io.blockwork.published} knows published files.
 *
 * <p>Files are not trusted. A pickle is never executed: it is interpreted over an allow-list of the
 * types that PyTorch needs for tensors. Every length and offset that a file states is checked
 * against the file before memory is taken for it. Tensors are streamed from the file into the
 * network's own memory; nothing holds a whole file.
 */
@NullMarked
package io.blockwork.weights;

import org.jspecify.annotations.NullMarked;
