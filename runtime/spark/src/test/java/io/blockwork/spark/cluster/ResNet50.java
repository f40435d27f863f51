package io.blockwork.spark.cluster;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/** To measure with: 25.6 million parameters. */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true)
interface ResNet50 extends ImageClassifier {}
