package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.examples.networks.DenseNet40;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.train.Trainer;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a small network on CIFAR-10 from scratch. */
@Command(
    name = "cifar10",
    description =
        "Trains ResNet-20 or another small network on CIFAR-10 from scratch: SGD with momentum"
            + " 0.9, random crops and flips, the learning rate falling by a cosine. Other recipes"
            + " train otherwise. Run again, it goes on where it was stopped.",
    mixinStandardHelpOptions = true,
    showDefaultValues = false)
final class Cifar10Command implements Callable<Integer> {
  /** The networks to choose from. */
  enum Choice {
    RESNET20(ResNet20.class),
    DENSENET40(DenseNet40.class),
    CIFARNET(CifarNet.class);

    private final Class<? extends ImageClassifier> type;

    Choice(Class<? extends ImageClassifier> type) {
      this.type = type;
    }
  }

  @Mixin private final RunOptions options = new RunOptions();

  @Spec private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--network",
      description =
          "${COMPLETION-CANDIDATES} (default: RESNET20); the recipe V2 trains CIFARNET, FAST a network"
              + " of its own")
  private Optional<Choice> network = Optional.empty();

  @Option(
      names = "--recipe",
      defaultValue = "PLAIN",
      description =
          "PLAIN; V2: torchvision's with TrivialAugment, erasing, Mixup and CutMix, label"
              + " smoothing, averaged weights, trained on smaller images; or FAST: a whitening layer, a high rate, images"
              + " mirrored in turns, six views of each in the end (default: PLAIN)")
  private Recipe recipe = Recipe.PLAIN;

  @Option(names = "--epochs", description = "Epochs (default: 15; FAST: 5)")
  private Optional<Integer> epochs = Optional.empty();

  @Option(names = "--lr", defaultValue = "0.1", description = "First learning rate (default: 0.1)")
  private double learningRate;

  @Option(names = "--decay", description = "Weight decay (default: 1e-4; V2 and FAST: 5e-4)")
  private Optional<Double> weightDecay = Optional.empty();

  @Override
  public Integer call() {
    if (recipe.hasOwnNetwork() && network.filter(n -> n.type != recipe.network()).isPresent()) {
      throw new ParameterException(
          command.commandLine(),
          "--recipe " + recipe + " trains a network of its own: leave out --network");
    }
    CifarImages images = CifarImages.open(options.data);
    NetworkOptions made = options.network();
    NetworkOptions asRecipe = options.precision.isPresent() ? made : recipe.options(made);
    int times = epochs.orElseGet(recipe::epochs);
    try (ImageClassifier net = create(asRecipe)) {
      recipe.prepare(net, images);
      Trainer trainer =
          Trainer.of(net)
              .epochs(times)
              .updater(recipe.updater(learningRate))
              .weightDecay(weightDecay.orElseGet(recipe::decay));
      options.run(
          net,
          recipe.training(trainer, times),
          recipe.augmented(images),
          loader -> recipe.loading(loader, images, times),
          images.plain(),
          recipe.views(),
          "cifar10");
    }
    return 0;
  }

  private ImageClassifier create(NetworkOptions how) {
    return network.isPresent()
        ? Networks.create(network.get().type, how)
        : Networks.create(recipe.network(), how);
  }
}
