package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.examples.networks.DenseNet40;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.train.Momentum;
import io.blockwork.train.Trainer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a small network on CIFAR-10 from scratch. */
@Command(
    name = "cifar10",
    description =
        "Trains ResNet-20 or DenseNet-40 on CIFAR-10 from scratch: SGD with momentum 0.9, random"
            + " crops and flips, the learning rate falling by a cosine. Run again, it goes on where"
            + " it was stopped.",
    mixinStandardHelpOptions = true,
    showDefaultValues = false)
final class Cifar10Command implements Callable<Integer> {
  /** The networks to choose from. */
  enum Choice {
    RESNET20(ResNet20.class),
    DENSENET40(DenseNet40.class);

    private final Class<? extends ImageClassifier> type;

    Choice(Class<? extends ImageClassifier> type) {
      this.type = type;
    }
  }

  @Mixin private final RunOptions options = new RunOptions();

  @Option(
      names = "--network",
      defaultValue = "RESNET20",
      description = "${COMPLETION-CANDIDATES} (default: RESNET20)")
  private Choice network = Choice.RESNET20;

  @Option(
      names = "--recipe",
      defaultValue = "PLAIN",
      description =
          "PLAIN, or V2: torchvision's with TrivialAugment, erasing, Mixup and CutMix, label"
              + " smoothing, averaged weights (default: PLAIN)")
  private Recipe recipe = Recipe.PLAIN;

  @Option(names = "--epochs", defaultValue = "15", description = "Epochs (default: 15)")
  private int epochs;

  @Option(names = "--lr", defaultValue = "0.1", description = "First learning rate (default: 0.1)")
  private double learningRate;

  @Option(names = "--decay", defaultValue = "1e-4", description = "Weight decay (default: 1e-4)")
  private double weightDecay;

  @Override
  public Integer call() {
    CifarImages images = CifarImages.open(options.data);
    NetworkOptions seeded = NetworkOptions.defaults().seed(options.seed);
    try (ImageClassifier net = Networks.create(network.type, seeded)) {
      Trainer trainer =
          Trainer.of(net)
              .epochs(epochs)
              .updater(new Momentum(learningRate, 0.9))
              .weightDecay(weightDecay);
      options.run(
          net,
          recipe.training(trainer, epochs),
          recipe.augmented(images),
          recipe::loading,
          images.plain(),
          "cifar10");
    }
    return 0;
  }
}
