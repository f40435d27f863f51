package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.EngineProvider;
import io.blockwork.engine.Engines;
import io.blockwork.engine.Precision;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** How the engine is found and chosen. */
class CudaProviderTest {
  private static final int USUAL_CAPABILITY = 9;

  @AfterEach
  void useTheUsualCard() {
    Emulator.get().capability(USUAL_CAPABILITY);
  }

  private static CudaProvider emulated() {
    return new CudaProvider(Emulator.get().folders());
  }

  private static EngineOptions bfloat16() {
    return EngineOptions.named("cuda").precision(Precision.BFLOAT16);
  }

  @Test
  void isFoundByServiceLoader() {
    assertTrue(
        ServiceLoader.load(EngineProvider.class).stream()
            .anyMatch(p -> p.type().equals(CudaProvider.class)));
  }

  @Test
  void anotherEngineServesWhereThereIsNoGpuAndTheErrorSaysWhatIsMissing() {
    Optional<String> why = new CudaProvider().unavailable();
    Assumptions.assumeTrue(why.isPresent(), "there is a GPU");
    assertTrue(why.get().contains("libcuda.so.1"), why::toString);
    assertTrue(!Engines.byDefault(DataType.FLOAT).name().equals("cuda"));
    IllegalStateException error =
        assertThrows(IllegalStateException.class, () -> Engines.named("cuda"));
    assertTrue(String.valueOf(error.getMessage()).contains("libcuda.so.1"), error::toString);
  }

  @Test
  void makesWhatTheOptionsAskFor() {
    assertEquals(Optional.empty(), emulated().unavailable());
    assertEquals(
        "cuda BFLOAT16 on emulator (compute capability 9.0)",
        emulated().create(bfloat16()).toString());
    assertTrue(emulated().create(EngineOptions.defaults()).toString().contains("FLOAT"));
  }

  @Test
  void refusesWhatTheCardCannot() {
    Emulator.get().capability(7);
    assertThrows(UnsupportedOperationException.class, () -> emulated().create(bfloat16()));
    Emulator.get().capability(6);
    IllegalStateException old =
        assertThrows(
            IllegalStateException.class, () -> emulated().create(EngineOptions.defaults()));
    assertTrue(String.valueOf(old.getMessage()).contains("compute capability 6.0"), old::toString);
    Emulator.get().capability(USUAL_CAPABILITY);
    assertThrows(
        IllegalArgumentException.class,
        () -> emulated().create(EngineOptions.defaults().device(3)));
  }
}
