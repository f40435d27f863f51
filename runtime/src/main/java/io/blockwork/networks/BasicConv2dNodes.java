package io.blockwork.networks;

import io.blockwork.NodeOrder;

/**
 * The nodes of the blocks in {@link BasicConv2d} in the order in which they are written, which class files do
 * not keep.
 */
@NodeOrder(@NodeOrder.Of(block = "BasicConv2d", summary = "Convolution, batch norm, ReLU", nodes = {"conv", "bn", "relu"}))
interface BasicConv2dNodes {
}
