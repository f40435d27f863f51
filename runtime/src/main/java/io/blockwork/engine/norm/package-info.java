/**
 * Batch norms of inference that read a slice of channels, as machine code: one pass scales, shifts,
 * clips and writes densely what would take a copy and a norm. Dense blocks of a DenseNet consist of
 * such slices: of floats in blocks of channels, or of bytes that lie anywhere.
 */
@NullMarked
package io.blockwork.engine.norm;

import org.jspecify.annotations.NullMarked;
