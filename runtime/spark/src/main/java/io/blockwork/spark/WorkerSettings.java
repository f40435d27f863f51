package io.blockwork.spark;

import io.blockwork.data.OnCorrupt;
import io.blockwork.train.StepSettings;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a worker has to know for a whole training run.
 *
 * @param recipe of the network
 * @param steps what a step does
 * @param classNames by label
 * @param pipeline makes the transforms
 * @param onCorrupt what to do about damaged images
 * @param workers how many there are
 * @param batchSize images in a batch of one worker
 * @param shuffle whether each epoch has an order of its own
 * @param seed of order and transforms
 * @param dropLast whether a batch that is not full is left out
 * @param compression of what is sent back
 * @param keepUpdater whether the updater's memory goes from round to round
 * @param hadoop to read files
 */
record WorkerSettings(
    NetworkRecipe recipe,
    StepSettings steps,
    List<String> classNames,
    PipelineFactory pipeline,
    OnCorrupt onCorrupt,
    int workers,
    int batchSize,
    boolean shuffle,
    long seed,
    boolean dropLast,
    Compression compression,
    boolean keepUpdater,
    SerializableConfiguration hadoop)
    implements Serializable {}
