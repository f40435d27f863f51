package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.NetworkOptions;
import io.blockwork.parameters.Parameters;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What new parameters hold, and when it is made. */
class InitialValuesTest {
  private static TinyNetwork network() {
    return TinyNetwork.create(NetworkOptions.defaults().seed(4));
  }

  @Test
  void whatWasWrittenBeforeAnythingWasReadStays() {
    try (TinyNetwork net = network();
        TinyNetwork untouched = network()) {
      Parameters parameters = net.parameters();
      INDArray bias = Nd4j.createFromArray(7f, 8f, 9f);
      parameters.set("fc.bias", bias);
      assertThat(parameters.get("fc.bias")).isEqualTo(bias);
      for (String name : parameters.names()) {
        if (!name.equals("fc.bias")) {
          assertWithMessage(name)
              .that(parameters.get(name))
              .isEqualTo(untouched.parameters().get(name));
        }
      }
    }
  }

  @Test
  void preparingChangesNothingThatIsRead() {
    try (TinyNetwork net = network();
        TinyNetwork other = network()) {
      net.parameters().prepare();
      net.parameters().set("fc.bias", Nd4j.zeros(DataType.FLOAT, 3));
      assertThat(net.parameters().get("fc.bias").sumNumber().doubleValue()).isEqualTo(0);
      net.parameters().prepare();
      assertThat(net.parameters().get("fc.weight")).isEqualTo(other.parameters().get("fc.weight"));
    }
  }

  @Test
  void threadsThatReadAtOnceReadTheSame() {
    for (int i = 0; i < 20; i++) {
      try (TinyNetwork net = network()) {
        List<INDArray> read =
            IntStream.range(0, 8)
                .parallel()
                .mapToObj(t -> net.parameters().get(t % 2 == 0 ? "conv1.weight" : "fc.weight"))
                .toList();
        for (int t = 2; t < 8; t++) {
          assertThat(read.get(t)).isEqualTo(read.get(t % 2));
        }
      }
    }
  }

  /** Every thread of the common pool wants the first plan, and the parameters with it. */
  @Test
  @Timeout(300)
  void aParallelStreamMayMakeTheFirstPredictions() {
    for (int i = 0; i < 10; i++) {
      try (io.blockwork.ImageClassifier net =
          io.blockwork.Networks.create(MemoryTest.Residual.class)) {
        float[] images = new float[3 * 12 * 12];
        List<float[]> results =
            IntStream.range(0, 8).parallel().mapToObj(t -> net.forward(images)).toList();
        results.forEach(r -> assertThat(r).isEqualTo(results.get(0)));
      }
    }
  }

  @Test
  void convolutionsAreNormalWithTheVarianceOfHe() {
    try (io.blockwork.ImageClassifier net =
        io.blockwork.Networks.create(
            MemoryTest.Residual.class, NetworkOptions.defaults().seed(1))) {
      // [32, 32, 3, 3]: torch's kaiming_normal_(mode="fan_out") has a variance of 2 / (32 * 9).
      INDArray weight = net.parameters().get("layer2.0.conv2.weight");
      double deviation = Math.sqrt(2.0 / (32 * 9));
      int n = (int) weight.length();
      assertThat(weight.meanNumber().doubleValue()).isWithin(4 * deviation / Math.sqrt(n)).of(0);
      assertThat(weight.stdNumber().doubleValue())
          .isWithin(4 * deviation / Math.sqrt(2.0 * n))
          .of(deviation);
      // Of normal values, 4.55 % lie more than two deviations away, and 0.27 % more than three.
      double beyondTwo = weight.scan(far(2 * deviation)).doubleValue() / n;
      double beyondThree = weight.scan(far(3 * deviation)).doubleValue() / n;
      assertThat(beyondTwo).isWithin(4 * Math.sqrt(0.0455 / n)).of(0.0455);
      assertThat(beyondThree).isWithin(4 * Math.sqrt(0.0027 / n)).of(0.0027);
    }
  }

  private static org.nd4j.linalg.indexing.conditions.Condition far(double bound) {
    return org.nd4j.linalg.indexing.conditions.Conditions.absGreaterThan(bound);
  }
}
