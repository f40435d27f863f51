/**
 * The engine on ND4J's arrays: convolutions and linear layers as matrix products by the OpenBLAS
 * that ND4J brings, everything else as loops over the channels of ND4J's buffers.
 *
 * <p>Two facts shape it. The channels of one image are contiguous in every tensor, slices among
 * them, so that a kernel written over channels needs no case for views, where ND4J's own ops are
 * slow. And the kernels calculate in double whatever the arrays hold, so that each is written once,
 * and the sums of a {@code FLOAT} network are as good as its type allows.
 */
@NullMarked
package io.blockwork.engine.nd4j;

import org.jspecify.annotations.NullMarked;
