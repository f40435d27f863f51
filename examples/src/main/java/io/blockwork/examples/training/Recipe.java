package io.blockwork.examples.training;

import io.blockwork.data.BatchMix;
import io.blockwork.data.CutMix;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Mixup;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomErasing;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.data.TrivialAugmentWide;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;

/** How to train on CIFAR-10. */
enum Recipe {
  /** Crops and flips, and a cosine: He and others (2015), but for the schedule. */
  PLAIN {
    @Override
    Dataset augmented(CifarImages images) {
      return images.augmented();
    }

    @Override
    DataLoader.Builder loading(DataLoader.Builder loader) {
      return loader;
    }

    @Override
    Trainer training(Trainer trainer, int epochs) {
      return trainer.schedule(Schedule.cosine());
    }
  },

  /**
   * What gave torchvision's second weights ("How to Train State-Of-The-Art Models Using
   * TorchVision's Latest Primitives", 2021), for photographs of 32 x 32: TrivialAugment, random
   * erasing, Mixup or CutMix, label smoothing, repeated augmentation, no decay of norms, averaged
   * weights, and a warm-up before the cosine. Its training on smaller images than those to test on
   * is left out.
   */
  V2 {
    @Override
    Dataset augmented(CifarImages images) {
      return images
          .train()
          .with(
              Pipeline.of(
                  new RandomCrop(32, 4),
                  new RandomHorizontalFlip(0.5),
                  new TrivialAugmentWide(),
                  Normalize.imageNet(),
                  new RandomErasing(0.1)));
    }

    @Override
    DataLoader.Builder loading(DataLoader.Builder loader) {
      return loader.repeats(4).mix(BatchMix.oneOf(new Mixup(0.2), new CutMix(1)));
    }

    @Override
    Trainer training(Trainer trainer, int epochs) {
      return trainer
          .decayNormsAndBiases(false)
          .labelSmoothing(0.1)
          .averageWeights(0.995)
          .schedule(Schedule.cosine().warmUp(Math.min(5, epochs / 3), 0.01));
    }
  };

  /** The images to train on. */
  abstract Dataset augmented(CifarImages images);

  /** How they come in batches. */
  abstract DataLoader.Builder loading(DataLoader.Builder loader);

  /** What is done with the batches. */
  abstract Trainer training(Trainer trainer, int epochs);
}
