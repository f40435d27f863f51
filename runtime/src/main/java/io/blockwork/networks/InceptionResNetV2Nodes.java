package io.blockwork.networks;

import io.blockwork.NodeOrder;

/**
 * The nodes of the blocks in {@link InceptionResNetV2} in the order in which they are written, which class files do
 * not keep.
 */
@NodeOrder({
    @NodeOrder.Of(block = "InceptionResNetV2", summary = "Inception-ResNet v2 (Szegedy et al. 2016) with timm's names, for images of 299 x 299. {@code", nodes = {"conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "maxpool_5a", "mixed_5b", "repeat", "mixed_6a", "repeat_1", "mixed_7a", "repeat_2", "block8", "conv2d_7b", "global_pool", "head_drop", "classif"}),
    @NodeOrder.Of(block = "InceptionResNetV2.InceptionResNetA", summary = "A residual Inception module of the 35 x 35 grid (Szegedy et al. 2016, Figure 16)", nodes = {"branch0", "branch1", "branch1.reduce", "branch1.conv", "branch2", "branch2.reduce", "branch2.conv1", "branch2.conv2", "concat", "conv2d", "sum", "act"}),
    @NodeOrder.Of(block = "InceptionResNetV2.InceptionResNetB", summary = "A residual Inception module of the 17 x 17 grid (Szegedy et al. 2016, Figure 17)", nodes = {"branch0", "branch1", "branch1.reduce", "branch1.conv1", "branch1.conv2", "concat", "conv2d", "sum", "act"}),
    @NodeOrder.Of(block = "InceptionResNetV2.InceptionResNetC", summary = "A residual Inception module of the 8 x 8 grid (Szegedy et al. 2016, Figure 19)", nodes = {"branch0", "branch1", "branch1.reduce", "branch1.conv1", "branch1.conv2", "concat", "conv2d", "sum", "act"}),
    @NodeOrder.Of(block = "InceptionResNetV2.Mixed5b", summary = "The Inception module that leads to the 35 x 35 grid", nodes = {"branch0", "branch1", "branch1.reduce", "branch1.conv", "branch2", "branch2.reduce", "branch2.conv", "branch3", "branch3.pool", "branch3.conv", "output"}),
    @NodeOrder.Of(block = "InceptionResNetV2.Mixed6a", summary = "From the 35 x 35 to the 17 x 17 grid", nodes = {"branch0", "branch1", "branch1.reduce", "branch1.conv1", "branch1.conv2", "branch2", "output"}),
    @NodeOrder.Of(block = "InceptionResNetV2.Mixed7a", summary = "From the 17 x 17 to the 8 x 8 grid", nodes = {"branch0", "branch0.reduce", "branch0.conv", "branch1", "branch1.reduce", "branch1.conv", "branch2", "branch2.reduce", "branch2.conv1", "branch2.conv2", "branch3", "output"})
})
interface InceptionResNetV2Nodes {
}
