package io.blockwork.networks;

import io.blockwork.NodeOrder;

/**
 * The nodes of the blocks in {@link GoogLeNet} in the order in which they are written, which class files do
 * not keep.
 */
@NodeOrder({
    @NodeOrder.Of(block = "GoogLeNet", summary = "GoogLeNet (Szegedy et al. 2014) as torchvision builds it: with batch norms, and with 3x3 convolutions where the paper has 5x5 ones. {@code", nodes = {"transform_input", "conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3", "inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4", "inception5a", "inception5b", "aux1", "aux2", "avgpool", "dropout", "fc"}),
    @NodeOrder.Of(block = "GoogLeNet.Inception", summary = "An Inception module with dimension reductions (Szegedy et al. 2014, Figure 2b)", nodes = {"branch1", "branch2", "branch2.reduce", "branch2.conv", "branch3", "branch3.reduce", "branch3.conv", "branch4", "branch4.pooled", "branch4.conv", "output"}),
    @NodeOrder.Of(block = "GoogLeNet.InceptionAux", summary = "An auxiliary head (Szegedy et al. 2014, section 5)", nodes = {"pool", "conv", "flatten", "fc1", "relu", "drop", "fc2"})
})
interface GoogLeNetNodes {
}
