package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.ForwardingEngine;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** How many plans a network binds and keeps, and how threads share them. */
@Timeout(300)
class PlansTest {
  /** Counts the plans of another engine. */
  private static final class Counting extends ForwardingEngine {
    private final Runnable whileRunning;
    private final AtomicInteger bound = new AtomicInteger();
    private final AtomicInteger living = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    Counting(Runnable whileRunning) {
      super(new Nd4jEngine());
      this.whileRunning = whileRunning;
    }

    private void count() {
      bound.incrementAndGet();
      most.accumulateAndGet(living.incrementAndGet(), Math::max);
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      count();
      BoundInference plan = super.bindInference(parameters, batch, network);
      return new BoundInference() {
        @Override
        public void run(INDArray images, INDArray output) {
          whileRunning.run();
          plan.run(images, output);
        }

        @Override
        public void run(FloatBuffer images, FloatBuffer output) {
          whileRunning.run();
          plan.run(images, output);
        }

        @Override
        public void close() {
          living.decrementAndGet();
          plan.close();
        }
      };
    }

    @Override
    public BoundTraining bindTraining(
        Parameters parameters,
        Gradients gradients,
        int batch,
        TrainingSettings settings,
        Function<TrainingBinder, TrainingPass> network) {
      count();
      BoundTraining plan = super.bindTraining(parameters, gradients, batch, settings, network);
      return new BoundTraining() {
        @Override
        public void forward(INDArray images, List<INDArray> outputs) {
          plan.forward(images, outputs);
        }

        @Override
        public void backward(List<INDArray> outputGradients) {
          plan.backward(outputGradients);
        }

        @Override
        public void inputGradient(INDArray gradient) {
          plan.inputGradient(gradient);
        }

        @Override
        public void close() {
          living.decrementAndGet();
          plan.close();
        }
      };
    }
  }

  private static NetworkOptions on(Engine engine) {
    return NetworkOptions.defaults().engine(engine);
  }

  private static INDArray images(int n) {
    return Nd4j.linspace(DataType.FLOAT, -1, 0.01, n * 60L).reshape(n, 2, 6, 5);
  }

  @Test
  void eightThreadsShareThePlansThatThereMayBe() throws Exception {
    Counting engine = new Counting(() -> {});
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(3))) {
      List<INDArray> expected = new ArrayList<>();
      for (int n = 1; n <= 4; n++) {
        expected.add(net.forward(images(n)));
      }
      List<Callable<INDArray>> calls = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        int n = 1 + i % 4;
        calls.add(() -> net.forward(images(n)));
      }
      List<Future<INDArray>> results = threads.invokeAll(calls);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(expected.get(i % 4));
      }
      assertThat(engine.most.get()).isAtMost(3);
      assertThat(engine.living.get()).isEqualTo(3);
    } finally {
      threads.shutdownNow();
    }
    assertThat(engine.living.get()).isEqualTo(0);
  }

  /** A lock held while computing would keep the second thread from the barrier. */
  @Test
  void twoThreadsComputeAtTheSameTime() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    Counting engine =
        new Counting(
            () -> {
              try {
                together.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(2))) {
      Callable<INDArray> call = () -> net.forward(images(2));
      List<Future<INDArray>> results = threads.invokeAll(List.of(call, call));
      assertThat(results.get(0).get()).isEqualTo(results.get(1).get());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Holds the first thread that computes until it is let go. */
  private static final class Gate implements Runnable {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    @Override
    public void run() {
      entered.countDown();
      boolean interrupted = false;
      while (true) {
        try {
          open.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Until the thread waits for a plan. */
  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aThreadThatWaitsForAPlanGetsItThoughItIsInterrupted() throws Exception {
    Gate gate = new Gate();
    Counting engine = new Counting(gate);
    AtomicReference<INDArray> late = new AtomicReference<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(1))) {
      Thread first = new Thread(() -> net.forward(images(2)));
      Thread second =
          new Thread(
              () -> {
                late.set(net.forward(images(2)));
                stillInterrupted.set(Thread.currentThread().isInterrupted());
              });
      first.start();
      gate.entered.await();
      second.start();
      awaitWaiting(second);
      second.interrupt();
      gate.open.countDown();
      first.join();
      second.join();
      assertThat(late.get()).isEqualTo(net.forward(images(2)));
      assertThat(stillInterrupted.get()).isTrue();
      assertThat(engine.bound.get()).isEqualTo(1);
    }
  }

  @Test
  void threadsThatWaitForAPlanGetItInTheOrderInWhichTheyCame() throws Exception {
    Gate gate = new Gate();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Counting engine =
        new Counting(
            () -> {
              order.add(Thread.currentThread().getName());
              gate.run();
            });
    List<String> names = List.of("a", "b", "c", "d", "e", "f", "g");
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(1))) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        int n = 1 + i % 3;
        Thread thread = new Thread(() -> net.forward(images(n)), names.get(i));
        threads.add(thread);
        thread.start();
        if (i == 0) {
          gate.entered.await();
        }
        awaitWaiting(thread);
      }
      gate.open.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(order).containsExactlyElementsIn(names).inOrder();
  }

  @Test
  void closingWaitsForThreadsThatUseTheNetwork() throws Exception {
    Gate gate = new Gate();
    Counting engine = new Counting(gate);
    List<Object> ends = Collections.synchronizedList(new ArrayList<>());
    TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(1));
    Thread first = new Thread(() -> ends.add(net.forward(images(2))));
    Thread second = new Thread(() -> ends.add(net.forward(images(2))));
    Thread closing =
        new Thread(
            () -> {
              net.close();
              ends.add("closed");
            });
    first.start();
    gate.entered.await();
    second.start();
    awaitWaiting(second);
    closing.start();
    awaitWaiting(closing);
    AtomicReference<RuntimeException> refused = new AtomicReference<>();
    Thread late =
        new Thread(
            () -> refused.set(assertThrows(RuntimeException.class, () -> net.forward(images(2)))));
    late.start();
    awaitWaiting(late);
    assertThat(ends).isEmpty();
    gate.open.countDown();
    for (Thread thread : List.of(first, second, closing, late)) {
      thread.join();
    }
    assertThat(ends).hasSize(3);
    // Who has its answer may say so late.
    assertThat(ends).contains("closed");
    assertThat(ends.stream().filter(INDArray.class::isInstance).distinct().toList()).hasSize(1);
    assertThat(refused.get()).hasMessageThat().isEqualTo("this Tiny is closed: create a new one");
    assertThat(engine.living.get()).isEqualTo(0);
  }

  @Test
  void aBatchSizeSeenBeforeIsNotBoundAgain() {
    Counting engine = new Counting(() -> {});
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(2))) {
      for (int i = 0; i < 3; i++) {
        net.forward(images(1));
        net.forward(images(2));
      }
      assertThat(engine.bound.get()).isEqualTo(2);
      net.forward(images(3));
      net.forward(images(2));
      assertThat(engine.bound.get()).isEqualTo(3);
      net.forward(images(1));
      assertThat(engine.bound.get()).isEqualTo(4);
    }
  }

  @Test
  void theNumberOfTrainingPlansIsChosen() {
    Counting engine = new Counting(() -> {});
    try (TinyNetwork net = TinyNetwork.create(on(engine).trainingPlans(3))) {
      for (int i = 0; i < 2; i++) {
        for (int n = 1; n <= 3; n++) {
          net.train(images(n), Loss.softmaxCrossEntropy(new int[n]));
        }
      }
      assertThat(engine.bound.get()).isEqualTo(3);
      net.train(images(4), Loss.softmaxCrossEntropy(0, 1, 2, 0));
      assertThat(engine.living.get()).isEqualTo(3);
    }
    assertThat(engine.living.get()).isEqualTo(0);
  }

  @Test
  void aTrainingOutputIsLentUntilTheNextPassOfItsBatchSize() {
    INDArray first;
    INDArray kept;
    try (TinyNetwork net = TinyNetwork.create(on(new Nd4jEngine()).trainingPlans(1))) {
      Loss loss = Loss.softmaxCrossEntropy(0, 1);
      first = net.train(images(2), loss).output();
      kept = first.dup();
      INDArray second = net.train(images(2).neg(), loss).output();
      assertThat(second).isSameInstanceAs(first);
      assertThat(second).isNotEqualTo(kept);
      kept = second.dup();
      net.train(images(3), Loss.softmaxCrossEntropy(0, 1, 2));
    }
    assertThat(first).isEqualTo(kept);
  }

  @Test
  void aLossMayWriteSomeOfItsGradientOnly() {
    Loss firstClass =
        (output, gradient) -> {
          gradient.putScalar(0, 0, gradient.getFloat(0, 0) + 1);
          return output.getDouble(0, 0);
        };
    try (TinyNetwork net = TinyNetwork.create(on(new Nd4jEngine()))) {
      net.train(images(2), firstClass);
      INDArray once = net.gradients().get("fc.bias").dup();
      net.train(images(2), firstClass);
      assertThat(net.gradients().get("fc.bias")).isEqualTo(once);
      assertThat(once.toFloatVector()).usingExactEquality().containsExactly(1, 0, 0).inOrder();
    }
  }

  @Test
  void largeBatchesRunInPartsOfOneSize() {
    Counting engine = new Counting(() -> {});
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(1))) {
      INDArray output = net.forward(images(150));
      assertThat(engine.bound.get()).isEqualTo(1);
      for (int i : new int[] {0, 63, 64, 100, 149}) {
        INDArray image = images(150).get(NDArrayIndex.interval(i, i + 1)).dup('c');
        assertThat(net.forward(image).equalsWithEps(output.getRow(i, true), 1e-5)).isTrue();
      }
    }
  }

  /** Binds plans of three images no faster than the gate lets it, with its own locks held. */
  private static final class SlowToBindThree extends ForwardingEngine {
    private final Runnable gate;

    SlowToBindThree(Engine engine, Runnable gate) {
      super(engine);
      this.gate = gate;
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      return super.bindInference(
          parameters,
          batch,
          bind -> {
            ForwardPass pass = network.apply(bind);
            if (batch == 3) {
              gate.run();
            }
            return pass;
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void othersComputeAndBindWhileAPlanIsBeingBound(String name) throws Exception {
    assumeTrue(name.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    // With the micro-batch fixed, oneDNN applies the network only where it makes the plan.
    Engine engine =
        name.equals("nd4j") ? new Nd4jEngine() : new OneDnnEngine().microBatch(8, false);
    Gate gate = new Gate();
    AtomicReference<INDArray> late = new AtomicReference<>();
    try (TinyNetwork net = TinyNetwork.create(on(new SlowToBindThree(engine, gate)))) {
      INDArray two = net.forward(images(2));
      Thread binding = new Thread(() -> late.set(net.forward(images(3))));
      binding.start();
      gate.entered.await();
      // This thread opens the gate: it would wait for ever if it had to wait at all.
      assertThat(net.forward(images(2))).isEqualTo(two);
      net.forward(images(1));
      assertThat(late.get()).isNull();
      gate.open.countDown();
      binding.join();
      assertThat(Objects.requireNonNull(late.get()).size(0)).isEqualTo(3);
    }
  }

  /** An engine for which the machine has memory for few images at a time. */
  private static final class Hungry extends ForwardingEngine {
    private final int most;

    Hungry(int most) {
      super(new Nd4jEngine());
      this.most = most;
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      if (batch > most) {
        throw new OutOfMemoryError("9 MB of native memory were requested for a plan");
      }
      return super.bindInference(parameters, batch, network);
    }

    @Override
    public BoundTraining bindTraining(
        Parameters parameters,
        Gradients gradients,
        int batch,
        TrainingSettings settings,
        Function<TrainingBinder, TrainingPass> network) {
      if (batch > most) {
        throw new OutOfMemoryError("Physical memory usage is too high: 9 > maxPhysicalBytes (8)");
      }
      return super.bindTraining(parameters, gradients, batch, settings, network);
    }
  }

  @Test
  void aPlanThatDoesNotFitNamesItselfAndTheRemedies() {
    try (TinyNetwork net = TinyNetwork.create(on(new Hungry(0)))) {
      assertThat(assertThrows(OutOfMemoryError.class, () -> net.forward(images(5))))
          .hasMessageThat()
          .isEqualTo(
              "Tiny: not enough memory for a plan for inference with batches of 5 images: 9 MB of native memory were requested for a plan; not even one image fits; close networks that you no longer need, or keep fewer plans (NetworkOptions.inferencePlans and trainingPlans)");
      Loss loss = Loss.softmaxCrossEntropy(0, 1, 2);
      assertThat(assertThrows(OutOfMemoryError.class, () -> net.train(images(3), loss)))
          .hasMessageThat()
          .contains(
              "a plan for training with batches of 3 images: Physical memory usage is too high: 9 > maxPhysicalBytes (8); not even one image fits;");
    }
  }

  @Test
  void aPlanThatDoesNotFitNamesTheLargestBatchThatDoes() {
    for (int most : new int[] {1, 3, 6}) {
      try (TinyNetwork net = TinyNetwork.create(on(new Hungry(most)))) {
        String expected =
            "the largest batch that fits now is " + most + ": use it, or smaller ones;";
        assertThat(assertThrows(OutOfMemoryError.class, () -> net.forward(images(7))))
            .hasMessageThat()
            .contains(expected);
        Loss loss = Loss.softmaxCrossEntropy(0, 1, 2, 0, 1, 2, 0);
        assertThat(assertThrows(OutOfMemoryError.class, () -> net.train(images(7), loss)))
            .hasMessageThat()
            .contains(expected);
        assertThat(net.forward(images(most)).size(0)).isEqualTo(most);
      }
    }
  }

  @Test
  void noPlansAreRefused() {
    NetworkOptions options = NetworkOptions.defaults();
    assertThat(assertThrows(IllegalArgumentException.class, () -> options.inferencePlans(0)))
        .hasMessageThat()
        .isEqualTo("inference plans: expected at least 1, got 0");
    assertThat(assertThrows(IllegalArgumentException.class, () -> options.trainingPlans(-1)))
        .hasMessageThat()
        .isEqualTo("training plans: expected at least 1, got -1");
  }
}
