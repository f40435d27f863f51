package io.blockwork.networks;

import io.blockwork.NodeOrder;

/**
 * The nodes of the blocks in {@link InceptionV3} in the order in which they are written, which class files do
 * not keep.
 */
@NodeOrder({
    @NodeOrder.Of(block = "InceptionV3", summary = "Inception v3 (Szegedy et al. 2015) as torchvision builds it, for images of 299 x 299. {@code", nodes = {"transform_input", "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e", "AuxLogits", "Mixed_7a", "Mixed_7b", "Mixed_7c", "avgpool", "dropout", "fc"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionA", summary = "An Inception module of the 35 x 35 grid (Szegedy et al. 2015, Figure 5)", nodes = {"branch1x1", "branch5x5_1", "branch5x5_2", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3", "pooled", "branch_pool", "output"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionAux", summary = "The auxiliary head (Szegedy et al. 2015, Figure 8)", nodes = {"pool", "conv0", "conv1", "mean", "fc"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionB", summary = "From the 35 x 35 to the 17 x 17 grid (Szegedy et al. 2015, Figure 10)", nodes = {"branch3x3", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3", "branch_pool", "output"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionC", summary = "A module of the 17 x 17 grid, its 7x7 convolutions in two (Szegedy et al. 2015, Figure 6)", nodes = {"branch1x1", "branch7x7_1", "branch7x7_2", "branch7x7_3", "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5", "pooled", "branch_pool", "output"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionD", summary = "From the 17 x 17 to the 8 x 8 grid", nodes = {"branch3x3_1", "branch3x3_2", "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4", "branch_pool", "output"}),
    @NodeOrder.Of(block = "InceptionV3.InceptionE", summary = "A module of the 8 x 8 grid (Szegedy et al. 2015, Figure 7)", nodes = {"branch1x1", "branch3x3_1", "branch3x3_2a", "branch3x3_2b", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3a", "branch3x3dbl_3b", "pooled", "branch_pool", "output"})
})
interface InceptionV3Nodes {
}
