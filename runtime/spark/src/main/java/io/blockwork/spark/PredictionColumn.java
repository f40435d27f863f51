package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.image.Classification;
import io.blockwork.image.Prediction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a prediction is in a row: a struct, whose last field says why there is none. */
sealed interface PredictionColumn extends Serializable {
  /** The fields of the struct. */
  StructType type();

  /**
   * Runs the network.
   *
   * @param images {@code [N, C, H, W]}, row-major
   * @param count N
   * @return a struct for each image
   */
  List<Row> predict(ImageClassifier network, float[] images, int count);

  /** The struct of an image that could not be read. */
  default Row damaged(String why) {
    Object[] fields = new Object[type().length()];
    fields[fields.length - 1] = why;
    return RowFactory.create(fields);
  }

  /**
   * Classes and their probabilities.
   *
   * @param names by class index
   * @param top how many classes to list
   */
  record Classes(List<String> names, int top) implements PredictionColumn {
    private static final StructType CLASS =
        new StructType()
            .add("class", DataTypes.IntegerType)
            .add("name", DataTypes.StringType)
            .add("score", DataTypes.DoubleType);

    /** Copies the names. */
    public Classes {
      names = List.copyOf(names);
    }

    @Override
    public StructType type() {
      return CLASS
          .add("top", DataTypes.createArrayType(CLASS, false))
          .add("error", DataTypes.StringType);
    }

    @Override
    public List<Row> predict(ImageClassifier network, float[] images, int count) {
      float[] logits = network.forward(images);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        float[] own = Arrays.copyOfRange(logits, i * names.size(), (i + 1) * names.size());
        List<Prediction> best = Classification.rank(own, names, top);
        Prediction first = best.get(0);
        rows.add(
            RowFactory.create(
                first.index(),
                first.name(),
                first.probability(),
                best.stream()
                    .map(p -> RowFactory.create(p.index(), p.name(), p.probability()))
                    .toArray(Row[]::new),
                null));
      }
      return rows;
    }
  }

  /**
   * Values from inside the network.
   *
   * @param function what computes them
   */
  record Features(FeatureFunction<ImageClassifier> function) implements PredictionColumn {
    @Override
    public StructType type() {
      return new StructType()
          .add("features", DataTypes.createArrayType(DataTypes.FloatType, false))
          .add("error", DataTypes.StringType);
    }

    @Override
    public List<Row> predict(ImageClassifier network, float[] images, int count) {
      List<Integer> input = network.architecture().input();
      int batch = images.length / (input.get(0) * input.get(1) * input.get(2));
      INDArray array =
          Nd4j.createFromArray(images)
              .reshape('c', batch, input.get(0), input.get(1), input.get(2))
              .castTo(network.parameters().dataType());
      float[] values = function.of(network, array).castTo(DataType.FLOAT).dup('c').data().asFloat();
      int each = values.length / batch;
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Float[] own = new Float[each];
        for (int v = 0; v < each; v++) {
          own[v] = values[i * each + v];
        }
        rows.add(RowFactory.create(own, null));
      }
      return rows;
    }
  }

  /** The classes' names, or their numbers where there are none. */
  static Classes classes(int count, Optional<List<String>> names, int top) {
    List<String> known =
        names.orElseGet(
            () -> java.util.stream.IntStream.range(0, count).mapToObj(Integer::toString).toList());
    return new Classes(known, top);
  }
}
