package io.blockwork.processor;

import static io.blockwork.processor.Case.on;

import io.blockwork.processor.spec.Message;
import java.util.List;

/** Networks that cannot be compiled for all sizes of images that they ask for. */
final class SizeCases {
  private SizeCases() {}

  static List<Case> all() {
    return List.of(
        family(Message.SIZE_RANGE, "height = 32, width = 32, ~sizes = ^0"),
        family(Message.SIZE_RANGE, "height = 32, width = 32, ~sizes = {24, ^-8}"),
        family(Message.SIZE_TWICE, "height = 32, width = 32, ~sizes = {24, ^32}"),
        family(Message.SIZE_TWICE, "height = 32, width = 32, ~sizes = {24, 16, ^24}"),
        family(Message.SIZE_PROPORTION, "height = 32, width = 48, ~sizes = {16, ^23}"),
        // Too small for the last pooling of a DenseNet, which the network's own size is not.
        on(
            Message.VANISHES,
            """
            @DenseNet(growth = 4, blocks = {1, 1, 1}, input = @Input(height = 32, width = 32,
                ~sizes = {24, ^8, 16}))"""),
        composed(
            Message.NO_ROOM,
            "sizes = {24, 2}",
            """
              ^~@MaxPool(kernel = 3) interface pool {}
              @GlobalAvgPool interface avgpool {}
              @Linear(out = 10) interface fc {}
            """),
        composed(
            Message.SIZE_WEIGHTS,
            "~sizes = {^24}",
            """
              @Conv(out = 4, kernel = 3) interface conv {}
              @Flatten interface flatten {}
              @Linear(out = 10) interface fc {}
            """),
        composed(
            Message.SIZE_LAYERS,
            "~sizes = ^24",
            """
              @Conv(out = 4, kernel = 3, padding = 1) interface stem {}
              @Relu @If("Input.height > 24") interface relu {}
              @GlobalAvgPool interface avgpool {}
              @Linear(out = 10) interface fc {}
            """));
  }

  private static Case family(Message message, String input) {
    return on(
        message,
        "@ResNet(blocks = {1, 1}, width = 8, stem = Stem.CIFAR, input = @Input(%s))"
            .formatted(input));
  }

  private static Case composed(Message message, String sizes, String nodes) {
    return new Case(
        message,
        """
        package user;

        import io.blockwork.*;
        import io.blockwork.ops.*;

        @Model(input = @Input(height = 32, width = 32, %s))
        public interface Net extends ImageClassifier {
        %s}
        """
            .formatted(sizes, nodes));
  }
}
