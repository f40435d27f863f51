package io.blockwork.spark.cluster;

import io.blockwork.data.Batch;
import io.blockwork.loss.Loss;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.spark.TaskContext;

/**
 * Stops a task in the middle of a round, so that a test can do to its executor what it will. The
 * task knocks by a connection, which stays open for as long as it has to wait: until the test lets
 * it go on, or has ended itself. One task is stopped; nobody answers the next ones.
 */
final class Gate implements AutoCloseable {
  /** The gate of a training that nothing stops. */
  static final int OPEN = 0;

  private final ServerSocket door;

  Gate() throws IOException {
    door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    door.setSoTimeout((int) TimeUnit.SECONDS.toMillis(ChildProcess.SECONDS));
  }

  int port() {
    return door.getLocalPort();
  }

  /**
   * A task that waits.
   *
   * @param executor the number of its process
   * @param stage of Spark's
   */
  record Held(long executor, int stage, Socket connection) implements AutoCloseable {
    /** Lets the task go on. */
    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  /** Waits until a task is stopped. */
  Held await() throws IOException {
    Socket connection = door.accept();
    door.close();
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
    return new Held(
        Long.parseLong(lines.readLine()), Integer.parseInt(lines.readLine()), connection);
  }

  @Override
  public void close() throws IOException {
    door.close();
  }

  /**
   * The task's side: softmax cross entropy, which knocks at the second worker's sixth batch, the
   * last of a round of two, when it is run for the first time.
   *
   * @param port of the gate
   */
  record HoldingLoss(int port) implements Function<Batch, Loss>, Serializable {
    private static final int WORKER = 1;
    private static final int BATCH = 5;

    @Override
    public Loss apply(Batch batch) {
      TaskContext task = TaskContext.get();
      if (port != OPEN
          && task.partitionId() == WORKER
          && task.attemptNumber() == 0
          && batch.number() == BATCH) {
        knock(task.stageId());
      }
      return Loss.softmaxCrossEntropy(batch.labels());
    }

    private void knock(int stage) {
      try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
        connection
            .getOutputStream()
            .write(
                (ProcessHandle.current().pid() + "\n" + stage + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        connection.getInputStream().readAllBytes();
      } catch (ConnectException e) {
        // One was stopped already.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
