package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.ForwardingEngine;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batches of new sizes, answered by plans of other sizes while their own are bound. */
@Timeout(300)
class BackgroundBindingTest {
  /** Writes down which plans this test's own thread runs, and lets it meddle with their binding. */
  private static final class Watched extends ForwardingEngine {
    private final Thread caller = Thread.currentThread();
    private final Map<Integer, Runnable> beforeBinding = new ConcurrentHashMap<>();

    /** Batch sizes of the plans that the caller ran. */
    private final List<Integer> ran = new CopyOnWriteArrayList<>();

    private final AtomicInteger living = new AtomicInteger();

    Watched(Engine engine) {
      super(engine);
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      beforeBinding.getOrDefault(batch, () -> {}).run();
      BoundInference plan = super.bindInference(parameters, batch, network);
      living.incrementAndGet();
      return new BoundInference() {
        private void note() {
          if (Thread.currentThread() == caller) {
            ran.add(batch);
          }
        }

        @Override
        public void run(INDArray images, INDArray output) {
          note();
          plan.run(images, output);
        }

        @Override
        public void run(FloatBuffer images, FloatBuffer output) {
          note();
          plan.run(images, output);
        }

        @Override
        public void close() {
          living.decrementAndGet();
          plan.close();
        }
      };
    }

    /** Binding for that batch size waits for what is returned, after the first latch. */
    CountDownLatch hold(int batch, CountDownLatch begun) {
      CountDownLatch open = new CountDownLatch(1);
      beforeBinding.put(
          batch,
          () -> {
            begun.countDown();
            try {
              open.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      return open;
    }

    int last() {
      return ran.get(ran.size() - 1);
    }
  }

  private static NetworkOptions on(Engine engine) {
    return NetworkOptions.defaults().engine(engine);
  }

  private static INDArray images(int n) {
    return Nd4j.linspace(DataType.FLOAT, -1, 0.01, n * 60L).reshape(n, 2, 6, 5);
  }

  private static INDArray expected(int n) {
    try (TinyNetwork net = TinyNetwork.create(on(new Nd4jEngine()))) {
      return net.forward(images(n));
    }
  }

  private static void assertRight(INDArray output) {
    int n = (int) output.size(0);
    assertThat(output.equalsWithEps(expected(n), 1e-5)).isTrue();
  }

  private static Engine engine(String name) {
    assumeTrue(name.equals("nd4j") || OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    return name.equals("nd4j") ? new Nd4jEngine() : new OneDnnEngine();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nd4j", "onednn"})
  void aNewSizeDoesNotWaitForItsPlanAndGetsItLater(String name) {
    Watched engine = new Watched(engine(name));
    CountDownLatch open = engine.hold(5, new CountDownLatch(1));
    INDArray later;
    try (TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true))) {
      assertRight(net.forward(images(2)));
      // This thread opens the gate: it would wait for ever if it had to wait at all.
      assertRight(net.forward(images(5)));
      assertRight(net.forward(images(5)));
      assertThat(engine.ran).containsExactly(2, 2, 2, 2, 2, 2, 2);
      open.countDown();
      do {
        later = net.forward(images(5));
      } while (engine.last() != 5);
    }
    try (TinyNetwork net = TinyNetwork.create(on(engine(name)))) {
      assertThat(later).isEqualTo(net.forward(images(5)));
    }
    assertThat(engine.living.get()).isEqualTo(0);
  }

  @Test
  void fewerImagesThanAPlanTakesAreFilledUp() {
    Watched engine = new Watched(new Nd4jEngine());
    CountDownLatch open = engine.hold(1, new CountDownLatch(1));
    try (TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true))) {
      net.forward(images(3));
      assertRight(net.forward(images(1)));
      try (MemoryWorkspace one = Nd4j.getWorkspaceManager().getAndActivateWorkspace("one")) {
        assertRight(net.forward(images(1)));
      }
      assertThat(engine.ran).containsExactly(3, 3, 3);
      open.countDown();
    }
  }

  @Test
  void plainValuesAreAnsweredLikewise() {
    Watched engine = new Watched(new Nd4jEngine());
    CountDownLatch open = engine.hold(5, new CountDownLatch(1));
    CountDownLatch openOne = engine.hold(1, new CountDownLatch(1));
    try (TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true))) {
      for (int n : new int[] {2, 5, 1}) {
        float[] values = net.forward(images(n).data().asFloat());
        assertRight(Nd4j.createFromArray(values).reshape(n, 3));
      }
      assertThat(engine.ran).containsExactly(2, 2, 2, 2, 2);
      open.countDown();
      openOne.countDown();
    }
  }

  @Test
  void aPlanForManyMoreImagesDoesNotStandIn() {
    Watched engine = new Watched(new Nd4jEngine());
    try (TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true))) {
      net.forward(images(4));
      net.forward(images(1));
      assertThat(engine.ran).containsExactly(4, 1).inOrder();
    }
  }

  @Test
  void theDefaultIsToBindInTheCallAndSoItIsWhereBitsAreToRepeat() {
    EngineOptions repeat = EngineOptions.defaults().deterministic(true);
    for (NetworkOptions options :
        List.of(
            NetworkOptions.defaults(),
            NetworkOptions.defaults().engine(repeat).bindInBackground(true),
            NetworkOptions.defaults().bindInBackground(true).inferencePlans(1))) {
      Watched engine = new Watched(new Nd4jEngine());
      try (TinyNetwork net = TinyNetwork.create(options.engine(engine))) {
        net.forward(images(2));
        net.forward(images(3));
        assertThat(engine.ran).containsExactly(2, 3).inOrder();
      }
    }
  }

  @Test
  void closingWaitsForAPlanThatIsBeingBound() throws Exception {
    Watched engine = new Watched(new Nd4jEngine());
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch open = engine.hold(3, begun);
    TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true));
    net.forward(images(2));
    net.forward(images(3));
    begun.await();
    Thread closing = new Thread(net::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    open.countDown();
    closing.join();
    assertThat(engine.living.get()).isEqualTo(0);
  }

  @Test
  void whatKeepsAPlanFromBeingBoundIsThrownByTheNextCall() {
    Watched engine = new Watched(new Nd4jEngine());
    engine.beforeBinding.put(
        3,
        () -> {
          throw new IllegalStateException("no kernel for three");
        });
    try (TinyNetwork net = TinyNetwork.create(on(engine).bindInBackground(true))) {
      net.forward(images(2));
      assertRight(net.forward(images(3)));
      var told =
          assertThrows(
              IllegalStateException.class,
              () -> {
                // Until the other thread has failed.
                while (true) {
                  net.forward(images(3));
                }
              });
      assertThat(told).hasMessageThat().isEqualTo("no kernel for three");
      engine.beforeBinding.remove(3);
      assertRight(net.forward(images(2)));
      // Whether it is answered by another plan first or not.
      do {
        assertRight(net.forward(images(3)));
      } while (engine.last() != 3);
    }
    assertThat(engine.living.get()).isEqualTo(0);
  }
}
