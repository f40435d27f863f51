package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.Networks;
import io.blockwork.data.DataLoader;
import io.blockwork.train.TinyNetworks.Residual;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.hadoop.util.TFRecordReader;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/** Reads event files as TensorFlow does: with its reader, which checks sums, and its messages. */
final class TensorBoardLogTest {
  @TempDir Path folder;

  private TrainingHistory train(int epochs) {
    try (Residual net = Networks.create(Residual.class, TinyNetworks.options());
        DataLoader training = TinyNetworks.training(32, 16);
        DataLoader validation = DataLoader.of(TinyNetworks.bands(30)).batchSize(8).build()) {
      return Trainer.of(net)
          .epochs(epochs)
          .schedule(Schedule.step(1, 0.5))
          .checkpoints(folder)
          .listener(new TensorBoardLog(folder.resolve("events")))
          .fit(training, validation);
    }
  }

  private Path onlyFileBut(List<Path> others) throws IOException {
    try (var files = Files.list(folder.resolve("events"))) {
      List<Path> rest = files.filter(file -> !others.contains(file)).toList();
      assertThat(rest).hasSize(1);
      assertThat(rest.get(0).getFileName().toString()).startsWith("events.out.tfevents.");
      return rest.get(0);
    }
  }

  private static List<Event> read(byte[] file) throws IOException {
    TFRecordReader reader = new TFRecordReader(new ByteArrayInputStream(file), true);
    List<Event> events = new ArrayList<>();
    for (byte[] record = reader.read(); record != null; record = reader.read()) {
      events.add(Event.parseFrom(record));
    }
    return events;
  }

  /** Values by step for each tag. */
  private static Map<String, Map<Long, Float>> scalars(List<Event> events) {
    Map<String, Map<Long, Float>> scalars = new LinkedHashMap<>();
    for (Event event : events) {
      for (Summary.Value value : event.getSummary().getValueList()) {
        assertThat(value.getValueCase()).isEqualTo(Summary.Value.ValueCase.SIMPLE_VALUE);
        scalars
            .computeIfAbsent(value.getTag(), tag -> new TreeMap<>())
            .put(event.getStep(), value.getSimpleValue());
      }
    }
    return scalars;
  }

  private static Map<Long, Float> values(Map<String, Map<Long, Float>> scalars, String tag) {
    return scalars.getOrDefault(tag, Map.of());
  }

  @Test
  void holdsWhatWasTrained() throws IOException {
    double before = System.currentTimeMillis() / 1e3;
    TrainingHistory history = train(2);
    List<Event> events = read(Files.readAllBytes(onlyFileBut(List.of())));

    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    for (Event event : events) {
      assertThat(event.getWallTime()).isAtLeast(before);
      assertThat(event.getWallTime()).isLessThan(before + 3600);
    }
    Map<String, Map<Long, Float>> scalars = scalars(events);
    assertThat(scalars.keySet())
        .containsExactly(
            "step/loss",
            "step/learning_rate",
            "train/loss",
            "train/top1",
            "validation/loss",
            "validation/top1",
            "epoch/images_per_second");
    assertThat(values(scalars, "step/loss").keySet()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(scalars)
        .containsEntry("step/learning_rate", Map.of(1L, 0.1f, 2L, 0.1f, 3L, 0.05f, 4L, 0.05f));
    for (EpochResult epoch : history.epochs()) {
      Metrics validation = epoch.validation().orElseThrow();
      assertThat(values(scalars, "train/loss"))
          .containsEntry(epoch.steps(), (float) epoch.training().loss());
      assertThat(values(scalars, "validation/top1"))
          .containsEntry(epoch.steps(), (float) validation.top1());
      assertThat(values(scalars, "validation/loss"))
          .containsEntry(epoch.steps(), (float) validation.loss());
    }
  }

  @Test
  void aTrainingThatGoesOnSaysFromWhichStep() throws IOException {
    train(1);
    Path first = onlyFileBut(List.of());
    train(2);
    List<Event> events = read(Files.readAllBytes(onlyFileBut(List.of(first))));
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    assertThat(events.get(1).getStep()).isEqualTo(2);
    assertThat(values(scalars(events), "step/loss").keySet()).containsExactly(3L, 4L);
  }

  @Test
  void theReaderWouldSeeDamage() throws IOException {
    train(1);
    byte[] file = Files.readAllBytes(onlyFileBut(List.of()));
    file[file.length - 8] ^= 1;
    assertThrows(IOException.class, () -> read(file));
  }
}
