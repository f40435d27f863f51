package io.blockwork.cuda;

import io.blockwork.cuda.dnn.CudnnConvolutions;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.Device;
import io.blockwork.engine.Tuning;
import java.util.Optional;

/**
 * What all networks of an engine share on a device.
 *
 * @param device the GPU
 * @param kernels those of our own
 * @param plans cuDNN's
 * @param numerics numbers
 */
record Session(Device device, KernelModules kernels, CudnnConvolutions plans, Numerics numerics) {
  static Session of(
      Device device, Numerics numerics, boolean deterministic, Optional<Tuning> tuning) {
    return new Session(
        device,
        new KernelModules(device, numerics),
        new CudnnConvolutions(device, deterministic, tuning),
        numerics);
  }

  Emitter emitter(CudaTensor.Form form, Arena arena) {
    return new Emitter(device, kernels, plans, form, arena);
  }
}
