/**
 * Depthwise convolutions, in which every channel has a filter of its own, as machine code for
 * literal shapes.
 *
 * <p>An output needs 9 or 25 products only, so the processor waits for memory more than it
 * computes, and the code is about the order in which memory is read. All channels of a pixel lie
 * side by side. The output is computed row by row; a row in blocks of a few neighbouring pixels;
 * and a block by vectors of 8 or 16 channels, with a register for the sum of each pixel:
 *
 * <pre>
 *              channels 0..15            16..31             ...
 *   input     [x0 x1 x2 x3 ...]   of three rows, one after another: each pixel is loaded once,
 *              |\ |\ |\             and multiplied for the three outputs that it is a part of
 *   sums      [y0 y1 y2 ...]      stay in registers until the last row is done
 * </pre>
 *
 * <p>At borders only those rows of the filter are visited that meet the image, and only pixels of
 * the image are read: the first and the last block of a row have code of their own ({@link
 * io.blockwork.engine.depthwise.Columns}). While a row is computed, the inputs that the next one
 * sees for the first time are asked for. Channels that fill no whole vectors have a last vector
 * that overlaps its neighbour, and what is computed twice comes out equal.
 *
 * <p>{@link io.blockwork.engine.depthwise.DepthwiseChoice} says for which layers this is faster
 * than oneDNN, {@link io.blockwork.engine.depthwise.DepthwiseCode} is the code, {@link
 * io.blockwork.engine.depthwise.DepthwiseConvolution} binds it to memory and divides rows among
 * threads (where there are few rows, channels too: {@link io.blockwork.engine.depthwise.Parts}),
 * {@link io.blockwork.engine.depthwise.DepthwiseWeights} says how weights lie in memory, and {@link
 * io.blockwork.engine.depthwise.DepthwiseCheck} tries code before it is used. The bits of the
 * output depend neither on threads nor on the batch.
 */
@NullMarked
package io.blockwork.engine.depthwise;

import org.jspecify.annotations.NullMarked;
