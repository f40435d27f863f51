/**
 * The seam between generated code and kernels.
 *
 * <p>A generated class binds: it names every layer of the network once, with literal shapes and the
 * slots of its compile-time memory plan, to a binder that an {@link io.blockwork.engine.Engine}
 * provides. The binder returns kernels, and from then on the generated class only runs them. The
 * engines differ in how they compute, never in what.
 *
 * <p>Engines are found by {@link java.util.ServiceLoader}: each has an {@link
 * io.blockwork.engine.EngineProvider}, and {@link io.blockwork.engine.Engines} chooses among them
 * by {@link io.blockwork.engine.EngineOptions}. Nothing outside an engine's package names its
 * classes.
 *
 * <p>All tensors are {@code [N, C, H, W]} in meaning; how an engine lays them out in memory is its
 * own affair, fixed by the bound plan and the tensor's shape alone.
 */
@NullMarked
package io.blockwork.engine;

import org.jspecify.annotations.NullMarked;
