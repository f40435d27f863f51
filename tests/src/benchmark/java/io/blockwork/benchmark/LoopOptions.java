package io.blockwork.benchmark;

import io.blockwork.data.ArrayDataset;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import java.nio.file.Path;

/**
 * What a training loop is measured on.
 *
 * @param folder of photographs of 32 x 32 pixels: {@code CLASS/*.jpg}
 * @param input where images come from
 * @param images to train on
 */
record LoopOptions(Path folder, Input input, int images) {
  static final int BATCH = 128;
  static final int CLASSES = 10;
  static final double LEARNING_RATE = 0.1;
  static final double MOMENTUM = 0.9;
  static final double DECAY = 1e-4;

  /** Images to warm up with. */
  static final int WARM_UP = 10 * BATCH;

  /** Where images come from. */
  enum Input {
    /** Decoded in memory, the same floats for everyone, nothing done at random. */
    MEMORY,
    /** Decoded from JPEG in each epoch; random resized crop and flip, by one thread. */
    JPEG
  }

  /** The images by the files' order, decoded and normalised. */
  ArrayDataset inMemory() {
    ImageFolder files = ImageFolder.open(folder);
    Dataset images = files.with(Pipeline.of(Normalize.imageNet()));
    try (DataLoader loader = DataLoader.of(images).batchSize(images.size()).build();
        Epoch epoch = loader.epoch(1)) {
      Batch all = epoch.next();
      return ArrayDataset.of(all.images().dup(), images.classNames(), all.labels());
    }
  }
}
