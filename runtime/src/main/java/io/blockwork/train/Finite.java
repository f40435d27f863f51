package io.blockwork.train;

import io.blockwork.data.Batch;
import io.blockwork.data.Labelled;
import io.blockwork.parameters.Parameters;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** Looks for NaNs and infinities. */
final class Finite {
  private Finite() {}

  /** Whether the array holds neither a NaN nor an infinity. */
  static boolean all(INDArray values) {
    // One that is not finite makes the sum so; but large values can make it infinite too.
    return Double.isFinite(values.sumNumber().doubleValue())
        || Nd4j.getExecutioner()
                .exec(new MatchCondition(values, Conditions.notFinite()))
                .sumNumber()
                .longValue()
            == 0;
  }

  /** The first parameter or buffer that is not finite. */
  static Optional<String> firstExceptionOf(Parameters parameters) {
    return parameters.names().stream().filter(name -> !all(parameters.get(name))).findFirst();
  }

  /**
   * Where the first image of a batch comes from that is not finite.
   *
   * @param data that the batch was made of
   */
  static Optional<String> firstImage(Batch batch, Labelled data) {
    if (all(batch.images())) {
      return Optional.empty();
    }
    int[] indices = batch.indices();
    for (int i = 0; i < indices.length; i++) {
      if (!all(batch.images().slice(i))) {
        return Optional.of(data.describe(indices[i]));
      }
    }
    return Optional.empty();
  }
}
