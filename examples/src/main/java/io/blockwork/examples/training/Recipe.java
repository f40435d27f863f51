package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.TestTimeViews;
import io.blockwork.data.BatchMix;
import io.blockwork.data.CutMix;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Mixup;
import io.blockwork.data.Normalize;
import io.blockwork.data.PatchWhitening;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomCrop;
import io.blockwork.data.RandomErasing;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.data.RandomResizedCrop;
import io.blockwork.data.TrivialAugmentWide;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Momentum;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import org.nd4j.linalg.learning.config.IUpdater;

/** How to train on CIFAR-10. */
enum Recipe {
  /** Crops and flips, and a cosine: He and others (2015), but for the schedule. */
  PLAIN {
    @Override
    Dataset augmented(CifarImages images) {
      return images.augmented();
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
   * weights, a warm-up before the cosine, and training on smaller images than those to test on.
   * What depends on the size of the images, the network and the run is scaled: 30 x 30 pixels (of
   * 176 and 224 there), crops of three quarters of the area at least, every fifth batch mixed, two
   * copies for four, an average over 200 steps.
   */
  V2 {
    private static final int SMALL = 30;

    @Override
    Class<? extends ImageClassifier> network() {
      return CifarNet.class;
    }

    @Override
    Dataset augmented(CifarImages images) {
      return images
          .train()
          .with(
              Pipeline.of(
                  new RandomResizedCrop(SMALL, 0.75, 1),
                  new RandomHorizontalFlip(0.5),
                  new TrivialAugmentWide(),
                  Normalize.imageNet(),
                  new RandomErasing(0.1)));
    }

    @Override
    DataLoader.Builder loading(DataLoader.Builder loader, CifarImages images, int epochs) {
      return loader.repeats(2).mix(BatchMix.oneOf(new Mixup(0.2, 0.2), new CutMix(1, 0.2)));
    }

    @Override
    double decay() {
      return 5e-4;
    }

    @Override
    Trainer training(Trainer trainer, int epochs) {
      return trainer
          .decayNormsAndBiases(false)
          .labelSmoothing(0.1)
          .averageWeights(0.995)
          .schedule(Schedule.cosine().warmUp(Math.max(1, epochs / 12), 0.01));
    }
  },

  /**
   * The quickest way to a good accuracy, for {@link FastCifarNet}: Keller Jordan's airbench94
   * (2024, arXiv:2404.00498), with Page's one cycle. The first convolution whitens patches,
   * Nesterov's momentum at a high rate learns the rest, labels are smoothed, images are mirrored in
   * turns and shifted a little, and six views of each image are asked in the end. It computes in
   * bfloat16 where the processor does.
   */
  FAST {
    private static final int PATCH = 2;
    private static final int LOOKED_AT = 1000;

    @Override
    NetworkOptions options(NetworkOptions options) {
      return OneDnnEngine.isAvailable() && OneDnnEngine.isNative(Precision.BFLOAT16)
          ? options.engine(EngineOptions.named("onednn").precision(Precision.BFLOAT16))
          : options;
    }

    @Override
    Class<? extends ImageClassifier> network() {
      return FastCifarNet.class;
    }

    @Override
    void prepare(ImageClassifier net, CifarImages images) {
      Dataset plain = images.train().with(Pipeline.of(Normalize.imageNet()));
      Parameters parameters = net.parameters();
      parameters.set("whiten.weight", PatchWhitening.filters(plain, PATCH, LOOKED_AT, 5e-4));
      net.freeze(FastCifarNet.whiten.class);
    }

    private Dataset augmented(CifarImages images, int epoch) {
      return images
          .train()
          .flippedInTurns(epoch)
          .with(Pipeline.of(new RandomCrop(32, 2), Normalize.imageNet()));
    }

    @Override
    Dataset augmented(CifarImages images) {
      return augmented(images, 1);
    }

    @Override
    DataLoader.Builder loading(DataLoader.Builder loader, CifarImages images, int epochs) {
      for (int epoch = 2; epoch <= epochs; epoch++) {
        loader.from(epoch, augmented(images, epoch));
      }
      return loader.dropLast(true);
    }

    @Override
    IUpdater updater(double rate) {
      return Momentum.nesterov(rate, 0.85);
    }

    @Override
    int epochs() {
      return 5;
    }

    @Override
    double decay() {
      return 5e-4;
    }

    @Override
    Trainer training(Trainer trainer, int epochs) {
      return trainer.labelSmoothing(0.2).schedule(Schedule.oneCycle(0.25, 5, 20));
    }

    @Override
    TestTimeViews views() {
      return TestTimeViews.mirroredAndShifted(1);
    }
  };

  /** How the network is to be made. */
  NetworkOptions options(NetworkOptions options) {
    return options;
  }

  /** The network that it is made for. */
  Class<? extends ImageClassifier> network() {
    return ResNet20.class;
  }

  /** Whether no other network can be trained so. */
  boolean hasOwnNetwork() {
    return network() != ResNet20.class;
  }

  /** What is done to a new network. */
  void prepare(ImageClassifier net, CifarImages images) {}

  /** The images to train on, in the first epoch at least. */
  abstract Dataset augmented(CifarImages images);

  /** How they come in batches. */
  DataLoader.Builder loading(DataLoader.Builder loader, CifarImages images, int epochs) {
    return loader;
  }

  /** What steps at the given rate. */
  IUpdater updater(double rate) {
    return new Momentum(rate, 0.9);
  }

  /** How often the images are gone through, unless somebody says it. */
  int epochs() {
    return 15;
  }

  /** Weight decay, unless somebody says it. */
  double decay() {
    return 1e-4;
  }

  /** What is done with the batches. */
  abstract Trainer training(Trainer trainer, int epochs);

  /** How the network is asked in the end. */
  TestTimeViews views() {
    return TestTimeViews.plain();
  }
}
