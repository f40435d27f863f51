package io.blockwork.messages;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.TrainingResult;
import io.blockwork.data.LeftOut;
import io.blockwork.data.MutableBatch;
import io.blockwork.image.Prediction;
import io.blockwork.loss.AuxiliaryLoss;
import io.blockwork.messages.PublicApi.Call;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.quantization.LayerError;
import io.blockwork.quantization.QuantizationReport;
import io.blockwork.train.Calibration;
import io.blockwork.train.EpochResult;
import io.blockwork.train.LearningRates;
import io.blockwork.train.Meter;
import io.blockwork.train.Metrics;
import io.blockwork.train.Predictions;
import io.blockwork.train.StepSource;
import io.blockwork.train.TrainingListener;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passes numbers that nothing can be done with, one at a time: not a number, and the least whole
 * number. They are refused at once, and the message shows them.
 */
final class NumberArgumentsTest {
  /** What the library says of what it measured: a loss may be NaN, and an accuracy unknown. */
  private static final Set<Class<?>> RESULTS =
      Set.of(
          TrainingResult.class,
          LeftOut.class,
          MutableBatch.class,
          Prediction.class,
          AuxiliaryLoss.class,
          PretrainedWeights.Accuracy.class,
          LayerError.class,
          QuantizationReport.class,
          Calibration.Bin.class,
          EpochResult.class,
          LearningRates.Point.class,
          Meter.class,
          Metrics.class,
          Predictions.Row.class,
          StepSource.Done.class,
          TrainingListener.Start.class,
          TrainingListener.Step.class,
          TrainingListener.Validating.class);

  /** Any number has a meaning there: an image may be shifted or cut anywhere; plain arithmetic. */
  private static final Set<String> ANY =
      Set.of(
          "AffineMap.shift right",
          "AffineMap.shift down",
          "ByteImage.crop left",
          "ByteImage.crop top",
          "ByteImage.luma red",
          "ByteImage.luma green",
          "ByteImage.luma blue");

  @Test
  void numbersOutOfRangeAreRefusedWhereTheyAreGiven(@TempDir Path folder) throws Exception {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    try (Samples samples = new Samples(folder)) {
      for (Call call : PublicApi.calls()) {
        Optional<Object> instance = samples.instance(call);
        if (RESULTS.contains(call.member().getDeclaringClass())
            || !Samples.canRun(call, instance)) {
          continue;
        }
        int[] numbers = numbers(call);
        if (numbers.length == 0 || !succeeds(call, instance, samples)) {
          continue;
        }
        for (int index : numbers) {
          asked++;
          answer(call, instance, index, samples).ifPresent(wrong::add);
        }
      }
    }
    assertThat(asked).isAtLeast(150);
    assertWithMessage(String.join("\n", wrong)).that(wrong).isEmpty();
  }

  private static boolean meansSomething(Call call, int index) {
    String name = call.member().getParameters()[index].getName();
    return ANY.contains(
        call.member().getDeclaringClass().getSimpleName()
            + "."
            + call.member().getName()
            + " "
            + name);
  }

  /** With samples that go together; with others, something else may be refused first. */
  private static boolean succeeds(Call call, Optional<Object> instance, Samples samples)
      throws IllegalAccessException, InstantiationException {
    try {
      call.run(instance, samples.arguments(call.member().getParameterTypes()));
      return true;
    } catch (InvocationTargetException e) {
      return false;
    }
  }

  /** The places of numbers that have a range. */
  private static int[] numbers(Call call) {
    Class<?>[] types = call.member().getParameterTypes();
    return IntStream.range(0, types.length)
        .filter(i -> impossible(types[i]).isPresent() && !meansSomething(call, i))
        .toArray();
  }

  private static Optional<Object> impossible(Class<?> type) {
    if (type == double.class) {
      return Optional.of(Double.NaN);
    } else if (type == float.class) {
      return Optional.of(Float.NaN);
    } else if (type == int.class) {
      return Optional.of(Integer.MIN_VALUE);
    }
    return Optional.empty();
  }

  /** What happens instead of the right exception. */
  private static Optional<String> answer(
      Call call, Optional<Object> instance, int index, Samples samples)
      throws IllegalAccessException, InstantiationException {
    String name = call.member().getParameters()[index].getName();
    Object number = impossible(call.member().getParameterTypes()[index]).orElseThrow();
    @Nullable Object[] arguments = samples.arguments(call.member().getParameterTypes());
    arguments[index] = number;
    String happened = "accepted";
    try {
      call.run(instance, arguments);
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getTargetException();
      if ((thrown instanceof IllegalArgumentException
              || thrown instanceof IndexOutOfBoundsException)
          && String.valueOf(thrown.getMessage()).contains(number.toString())) {
        return Optional.empty();
      }
      happened = thrown.toString();
    }
    return Optional.of(call + ": " + name + ": " + happened);
  }
}
