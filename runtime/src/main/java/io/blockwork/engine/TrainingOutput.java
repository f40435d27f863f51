package io.blockwork.engine;

/**
 * One of the results of a {@link TrainingPass}.
 *
 * @param name the module that computes it, as the {@code state_dict} spells it: {@code aux1}; of
 *     the main output, which nobody asks for by its name, it may be empty
 * @param value where the forward pass leaves it; it is whole until the backward pass begins
 * @param gradient where the engine puts its gradient before the backward pass begins; that pass may
 *     overwrite it
 */
public record TrainingOutput(String name, Tensor value, Tensor gradient) {}
