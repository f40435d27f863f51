/**
 * Convolutions of 3x3 with stride 1 by Winograd's minimal filtering, as machine code for literal
 * shapes.
 *
 * <p>A tile of 2x2 or 4x4 outputs depends on 4x4 or 6x6 inputs. Written as polynomials, the
 * convolution is a product, and a product may be computed at a few points: the inputs and the
 * weights are evaluated there ({@code Bt d B} and {@code G g Gt}), multiplied point by point, and
 * the result is interpolated ({@code At m A}). The points' products over all input channels are
 * matrix products, with 2.25 or 4 times fewer multiplications than the convolution itself
 * (Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast Algorithms for
 * Convolutional Neural Networks, 2015).
 *
 * <p>{@link io.blockwork.engine.winograd.Tile} has the polynomials, {@link
 * io.blockwork.engine.winograd.LayerCode} the code of a whole layer, {@link
 * io.blockwork.engine.winograd.WeightsCode} that of its weights' transform, and {@link
 * io.blockwork.engine.winograd.WinogradConvolution} binds both to memory and threads. {@link
 * io.blockwork.engine.winograd.Work} divides a layer among threads, {@link
 * io.blockwork.engine.winograd.TileChoice} says which layers gain by which tile, and {@link
 * io.blockwork.engine.winograd.LayerCheck} tries code before it is used. The page {@code
 * runtime/WINOGRAD.md} explains all this from the start, with a picture.
 */
@NullMarked
package io.blockwork.engine.winograd;

import org.jspecify.annotations.NullMarked;
