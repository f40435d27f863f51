package io.blockwork.examples.training;

import io.blockwork.Networks;
import io.blockwork.io.SafeText;
import io.blockwork.train.Momentum;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.weights.LoadReport;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives a pretrained network a new head, and trains it for other classes. */
@Command(
    name = "fine-tune",
    description =
        "Takes the body of a ResNet-20 that was trained on CIFAR-10, gives it a new head for five animals "
            + "(bird, cat, deer, dog, frog), and trains it for an epoch. Without --weights the same network starts "
            + "from scratch, for comparison.",
    mixinStandardHelpOptions = true)
final class FineTuneCommand implements Callable<Integer> {
  private static final List<String> ANIMALS = List.of("bird", "cat", "deer", "dog", "frog");

  @Mixin private final RunOptions options = new RunOptions();

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Weights of a CIFAR-10 ResNet-20, such as resnet20-12fca82f.th (default: none)")
  private Optional<Path> weights = Optional.empty();

  @Option(names = "--epochs", defaultValue = "1", description = "Epochs (default: 1)")
  private int epochs;

  @Option(
      names = "--lr",
      defaultValue = "0.05",
      description = "First learning rate (default: 0.05)")
  private double learningRate;

  @Option(
      names = "--freeze-body",
      description = "Trains the head alone; the body's batch norms stay as they are too")
  private boolean freezeBody;

  @Override
  public Integer call() {
    CifarImages all = CifarImages.open(options.data);
    CifarImages animals =
        new CifarImages(
            new ClassSubset(all.train(), ANIMALS), new ClassSubset(all.test(), ANIMALS));
    try (AnimalNet net = Networks.create(AnimalNet.class, options.network())) {
      weights.ifPresent(file -> loadBody(net, file));
      if (freezeBody) {
        net.freeze("conv1", "bn1", "layer1", "layer2", "layer3");
      }
      Trainer trainer =
          Trainer.of(net)
              .epochs(epochs)
              .updater(new Momentum(learningRate, 0.9))
              .weightDecay(1e-4)
              .schedule(Schedule.cosine().perStep());
      String out = weights.isPresent() ? "fine-tune" : "fine-tune-scratch";
      options.run(net, trainer, animals.augmented(), animals.plain(), out);
    }
    return 0;
  }

  /** All but the head, which has ten classes there and is called linear. */
  private static void loadBody(AnimalNet net, Path file) {
    try (Weights body = Weights.open(file)) {
      LoadReport report =
          net.parameters()
              .load(body.renaming(name -> name.replace("linear.", "fc.")).ignoring("fc."));
      System.out.println(SafeText.format("%s: %d tensors loaded", file, report.loaded().size()));
    }
  }
}
