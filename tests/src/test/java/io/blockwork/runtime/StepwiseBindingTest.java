package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.ForwardingEngine;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.StepwiseBinding;
import io.blockwork.engine.Tuning;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.memory.NativeBlock;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Plans that are bound part by part, by calls that other plans answer meanwhile. */
@Timeout(300)
class StepwiseBindingTest {
  /** Parts of a plan; the last one makes it. */
  private static final int PARTS = 4;

  /** Binds on ND4J, in parts. */
  private static final class InParts extends ForwardingEngine {
    /** {@code bind 2}, {@code part 3}, {@code run 2}, {@code close 3}: what happened, in order. */
    private final List<String> events = new ArrayList<>();

    private final Set<Thread> threads = new HashSet<>();
    private final Set<Integer> broken = new HashSet<>();

    /** Sizes of which no part is the last. */
    private final Set<Integer> endless = new HashSet<>();

    /** Sizes whose plans cannot be closed. */
    private final Set<Integer> stuck = new HashSet<>();

    /** Sizes that were begun to be bound in parts, in order. */
    private final List<Integer> begun = new ArrayList<>();

    InParts() {
      super(new Nd4jEngine());
    }

    private void note(String what, int batch) {
      threads.add(Thread.currentThread());
      events.add(what + " " + batch);
    }

    @Override
    public BoundInference bindInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      note("bind", batch);
      return plan(parameters, batch, network);
    }

    private BoundInference plan(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      if (broken.contains(batch)) {
        throw new IllegalStateException("no kernel for " + batch);
      }
      BoundInference plan = super.bindInference(parameters, batch, network);
      return new BoundInference() {
        @Override
        public void run(INDArray images, INDArray output) {
          note("run", batch);
          plan.run(images, output);
        }

        @Override
        public void run(FloatBuffer images, FloatBuffer output) {
          note("rehearse", batch);
          plan.run(images, output);
        }

        @Override
        public void close() {
          note("close", batch);
          plan.close();
          if (stuck.contains(batch)) {
            throw new IllegalStateException("no way to close " + batch);
          }
        }
      };
    }

    @Override
    public Optional<StepwiseBinding> beginInference(
        Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
      begun.add(batch);
      return Optional.of(
          new StepwiseBinding() {
            private int done;

            @Override
            public Optional<BoundInference> advance() {
              note("part", batch);
              done++;
              return done >= PARTS && !endless.contains(batch)
                  ? Optional.of(plan(parameters, batch, network))
                  : Optional.empty();
            }

            @Override
            public void close() {
              note("give up", batch);
            }
          });
    }

    /** What has happened since the last call of this; equal events in a row count as one. */
    List<String> news() {
      List<String> news = new ArrayList<>();
      for (String event : events) {
        if (news.isEmpty() || !news.get(news.size() - 1).equals(event)) {
          news.add(event);
        }
      }
      events.clear();
      return news;
    }
  }

  private static NetworkOptions on(Engine engine) {
    return NetworkOptions.defaults().engine(engine).inferencePlans(4).bindInBackground(true);
  }

  private static INDArray images(int n) {
    return Nd4j.linspace(DataType.FLOAT, -1, 0.01, n * 60L).reshape(n, 2, 6, 5);
  }

  /** Calls until a plan of that size computes the batch and nothing is left to prepare. */
  private static List<String> settle(TinyNetwork net, InParts engine, int size) {
    List<String> before = new ArrayList<>();
    while (true) {
      int from = engine.events.size();
      net.forward(images(size));
      List<String> call = engine.events.subList(from, engine.events.size());
      if (call.equals(List.of("run " + size))) {
        engine.events.clear();
        return before;
      }
      before.addAll(call);
    }
  }

  @Test
  void theFirstCallIsAnsweredAloneAndEachFollowingOneDoesSomeParts() {
    InParts engine = new InParts();
    try (TinyNetwork net = TinyNetwork.create(on(engine))) {
      settle(net, engine, 4);
      engine.endless.add(2);
      net.forward(images(2));
      assertThat(engine.news()).containsExactly("run 4");
      for (int i = 0; i < 5; i++) {
        net.forward(images(2));
        assertThat(engine.news()).containsExactly("run 4", "part 2").inOrder();
      }
      engine.endless.clear();
      settle(net, engine, 2);
      assertThat(engine.threads).containsExactly(Thread.currentThread());
    }
  }

  @Test
  void aPlanForSingleImagesIsMadeSoThatThereIsOneToStandInForAnySize() {
    InParts engine = new InParts();
    try (TinyNetwork net = TinyNetwork.create(on(engine))) {
      List<String> before = settle(net, engine, 4);
      assertThat(before).containsAtLeast("bind 4", "run 4", "part 1", "rehearse 1").inOrder();
      assertThat(before).doesNotContain("run 1");
      net.forward(images(1));
      assertThat(engine.news()).containsExactly("run 1");
    }
    engine.events.clear();
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(1))) {
      net.forward(images(4));
      assertThat(engine.news()).containsExactly("bind 4", "run 4").inOrder();
    }
  }

  @Test
  void aNewPlanReplacesTheOneThatWasIdleLongest() {
    InParts engine = new InParts();
    engine.endless.addAll(List.of(2, 3));
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(2))) {
      settle(net, engine, 4);
      net.forward(images(3));
      assertThat(engine.news()).containsExactly("run 4");
      net.forward(images(3));
      assertThat(engine.news()).containsExactly("run 4", "close 1", "part 3").inOrder();
      // Another size takes what is begun, not the plan that stands in for both.
      net.forward(images(2));
      assertThat(engine.news()).containsExactly("run 4");
      net.forward(images(2));
      assertThat(engine.news()).containsExactly("run 4", "give up 3", "part 2").inOrder();
    }
    assertThat(engine.news()).containsExactly("close 4", "give up 2");
  }

  @Test
  void aPlanThatFailsToMakeRoomSpoilsNoResultAndNoLaterCall() {
    InParts engine = new InParts();
    engine.stuck.add(1);
    try (TinyNetwork net = TinyNetwork.create(on(engine).inferencePlans(2))) {
      settle(net, engine, 4);
      net.forward(images(3));
      net.forward(images(3));
      assertThat(engine.news()).containsExactly("run 4", "close 1").inOrder();
      net.forward(images(3));
      assertThat(engine.news()).containsExactly("bind 3", "run 3").inOrder();
      net.forward(images(4));
      assertThat(engine.news()).containsExactly("run 4");
    }
  }

  @Test
  void aPlanIsBegunOnceHoweverManyCallsGoOnWithIt() {
    InParts engine = new InParts();
    try (TinyNetwork net = TinyNetwork.create(on(engine))) {
      settle(net, engine, 4);
      engine.begun.clear();
      settle(net, engine, 2);
      net.forward(images(4));
      assertThat(engine.begun).containsExactly(2);
    }
  }

  @Test
  void aPlanThatIsBegunIsCompletedWhereNoneCanStandIn() {
    InParts engine = new InParts();
    engine.endless.add(1);
    try (TinyNetwork net = TinyNetwork.create(on(engine))) {
      net.forward(images(4));
      assertThat(engine.news()).containsExactly("bind 4", "run 4", "part 1").inOrder();
      engine.endless.clear();
      net.forward(images(1));
      assertThat(engine.news()).containsExactly("part 1", "rehearse 1", "run 1").inOrder();
    }
  }

  @Test
  void whatKeepsAPlanFromBeingBoundIsThrownByTheNextCall() {
    InParts engine = new InParts();
    try (TinyNetwork net = TinyNetwork.create(on(engine))) {
      settle(net, engine, 4);
      engine.broken.add(2);
      do {
        net.forward(images(2));
      } while (!engine.events.contains("give up 2"));
      var told = assertThrows(IllegalStateException.class, () -> net.forward(images(2)));
      assertThat(told).hasMessageThat().isEqualTo("no kernel for 2");
      engine.broken.clear();
      settle(net, engine, 2);
    }
  }

  /** A network on oneDNN, and what it gives the engine to bind. */
  private static void withResNet20(
      EngineOptions options, Consumer<Function<Integer, Optional<StepwiseBinding>>> begin) {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    OneDnnEngine engine = new OneDnnEngine(options);
    Engine spy =
        new ForwardingEngine(engine) {
          @Override
          public BoundInference bindInference(
              Parameters parameters, int batch, Function<InferenceBinder, ForwardPass> network) {
            begin.accept(n -> engine.beginInference(parameters, n, network));
            return super.bindInference(parameters, batch, network);
          }
        };
    try (ResNet20 net = Networks.create(ResNet20.class, NetworkOptions.defaults().engine(spy))) {
      net.forward(new float[3 * 32 * 32]);
    }
  }

  private static BoundInference complete(StepwiseBinding binding) {
    Optional<BoundInference> plan = binding.advance();
    while (plan.isEmpty()) {
      plan = binding.advance();
    }
    // Of no consequence any more.
    binding.close();
    return plan.get();
  }

  private static float[] photographs(int batch) {
    float[] images = new float[batch * 3 * 32 * 32];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }
    return images;
  }

  private static float[] run(BoundInference plan, int batch) {
    float[] output = new float[batch * 10];
    plan.run(FloatBuffer.wrap(photographs(batch)), FloatBuffer.wrap(output));
    return output;
  }

  /** One plan for one image and for three, two side by side for eight. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void aPlanOfPartsGivesTheBitsOfOneThatIsBoundAtOnce(int batch) {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
    EngineOptions twoThreads = EngineOptions.defaults().threads(2);
    List<float[]> inParts = new ArrayList<>();
    withResNet20(
        twoThreads,
        begin -> {
          try (BoundInference plan = complete(begin.apply(batch).orElseThrow())) {
            inParts.add(run(plan, batch));
          }
        });
    NetworkOptions options = NetworkOptions.defaults().engine(new OneDnnEngine(twoThreads));
    try (ResNet20 net = Networks.create(ResNet20.class, options)) {
      assertThat(inParts.get(0)).isEqualTo(net.forward(photographs(batch)));
    }
  }

  @Test
  void partsThatAreGivenUpLeaveNoMemory() {
    withResNet20(
        EngineOptions.defaults().threads(2),
        begin -> {
          int all = 1;
          StepwiseBinding whole = begin.apply(8).orElseThrow();
          for (Optional<BoundInference> plan = whole.advance(); ; plan = whole.advance()) {
            if (plan.isPresent()) {
              plan.get().close();
              break;
            }
            all++;
          }
          assertThat(all).isGreaterThan(2 * 20);
          for (int parts = 0; parts < all; parts += 7) {
            long before = NativeBlock.livingBytes();
            StepwiseBinding binding = begin.apply(8).orElseThrow();
            for (int i = 0; i < parts; i++) {
              assertThat(binding.advance()).isEqualTo(Optional.empty());
            }
            binding.close();
            // Collections in between make it less.
            assertThat(NativeBlock.livingBytes()).isAtMost(before);
          }
        });
  }

  @Test
  void whatIsMeasuredFirstIsBoundAsAWhole() {
    withResNet20(
        EngineOptions.defaults().tuning(Tuning.inMemory()),
        begin -> assertThat(begin.apply(1)).isEqualTo(Optional.empty()));
  }
}
