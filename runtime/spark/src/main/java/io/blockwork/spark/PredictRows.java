package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.image.ImageException;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Predicts the rows of a partition, a batch at a time. The next batch is decoded on a thread of its
 * own while the network runs on the task's; rows are taken on the task's thread only, as Spark
 * wants it.
 */
final class PredictRows implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  private final Broadcast<SharedNetwork> network;
  private final ImageColumn images;
  private final PredictionColumn prediction;
  private final int column;
  private final int batchSize;

  /**
   * @param column the index of the images' column
   * @param batchSize images at a time
   */
  PredictRows(
      Broadcast<SharedNetwork> network,
      ImageColumn images,
      PredictionColumn prediction,
      int column,
      int batchSize) {
    this.network = network;
    this.images = images;
    this.prediction = prediction;
    this.column = column;
    this.batchSize = batchSize;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    TaskContext task = TaskContext.get();
    ImageClassifier ours = network.value().get(task.cpus());
    ExecutorService decoder =
        Executors.newSingleThreadExecutor(
            runnable -> {
              Thread thread = new Thread(runnable, "blockwork-decode");
              thread.setDaemon(true);
              return thread;
            });
    TaskCompletionListener end = context -> decoder.shutdownNow();
    task.addTaskCompletionListener(end);
    return new Predicted(rows, ours, decoder);
  }

  /**
   * A batch that has been read.
   *
   * @param rows as they came
   * @param values of the images that could be read, one after the other, zeros behind them
   * @param read how many these are
   * @param errors for each row why it could not be read; empty if it could
   */
  private record Decoded(List<Row> rows, float[] values, int read, List<String> errors) {}

  private Decoded decode(List<Row> rows) {
    // Always of one size, since a network binds a plan for each: what is missing at the end is
    // computed with, and dropped.
    float[] values = new float[batchSize * images.length()];
    List<String> errors = new ArrayList<>();
    int read = 0;
    for (Row row : rows) {
      try {
        float[] image = images.read(row.get(column));
        System.arraycopy(image, 0, values, read * image.length, image.length);
        read++;
        errors.add("");
      } catch (ImageException e) {
        errors.add(SafeText.of(e.getMessage()));
      }
    }
    return new Decoded(rows, values, read, errors);
  }

  private final class Predicted implements Iterator<Row> {
    private final Iterator<Row> source;
    private final ImageClassifier ours;
    private final ExecutorService decoder;
    private CompletableFuture<Decoded> next;
    private Iterator<Row> ready = List.<Row>of().iterator();

    Predicted(Iterator<Row> source, ImageClassifier ours, ExecutorService decoder) {
      this.source = source;
      this.ours = ours;
      this.decoder = decoder;
      this.next = decodeNext();
    }

    private CompletableFuture<Decoded> decodeNext() {
      List<Row> rows = new ArrayList<>(batchSize);
      while (rows.size() < batchSize && source.hasNext()) {
        rows.add(source.next());
      }
      return CompletableFuture.supplyAsync(() -> decode(rows), decoder);
    }

    @Override
    public boolean hasNext() {
      while (!ready.hasNext()) {
        Decoded batch = next.join();
        if (batch.rows().isEmpty()) {
          return false;
        }
        next = decodeNext();
        ready = predict(batch).iterator();
      }
      return true;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException("the partition has no more rows");
      }
      return ready.next();
    }

    private List<Row> predict(Decoded batch) {
      List<Row> predicted =
          batch.read() == 0 ? List.of() : prediction.predict(ours, batch.values(), batch.read());
      List<Row> rows = new ArrayList<>();
      int at = 0;
      for (int i = 0; i < batch.rows().size(); i++) {
        String error = batch.errors().get(i);
        rows.add(
            with(
                batch.rows().get(i),
                error.isEmpty() ? predicted.get(at++) : prediction.damaged(error)));
      }
      return rows;
    }
  }

  private static Row with(Row row, Row struct) {
    Object[] fields = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      fields[i] = row.get(i);
    }
    fields[row.length()] = struct;
    return RowFactory.create(fields);
  }
}
