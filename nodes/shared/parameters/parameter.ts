/**
 * A parameter, declared once: what n8n shows of it, and how its value is read. The label in an error, the default and the
 * limits are those of the declaration, so neither can say something else than the editor does.
 */
import type { IExecuteFunctions, INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import {
  accountOf,
  assetOf,
  booleanOf,
  choice,
  choices,
  isBlank,
  isExpression,
  listOf,
  numberOf,
  optionOf,
  optionalTextOf,
  recordOf,
  rowsOf,
  textOf,
  wholeNumberOf,
  type NumberLimits,
  type Options,
} from './parameterValues';

/** What a value of the parameter means. Refuses, by the name of the parameter, what cannot be taken as it is meant. */
type Meaning<T> = (value: unknown, declared: INodeProperties) => T;

export class Parameter<T> {
  constructor(
    /** As n8n shows it. */
    readonly description: INodeProperties,
    private readonly meaning: Meaning<T>,
  ) {}

  get name(): string {
    return this.description.name;
  }

  /** As people see it, and as errors name it. */
  get label(): string {
    return this.description.displayName;
  }

  /** @throws INVALID_PARAMETER, or the code of its kind, naming the parameter */
  parse(value: unknown): T {
    return this.meaning(value, this.description);
  }

  /** Of an item. No default is given to n8n: it throws for a parameter that the operation does not declare. */
  read(context: IExecuteFunctions, itemIndex: number): T {
    return this.parse(this.valueOf(context, itemIndex));
  }

  /** As n8n gives it, with expressions resolved. */
  protected valueOf(context: IExecuteFunctions, itemIndex: number): unknown {
    return context.getNodeParameter(this.name, itemIndex);
  }

  /** As `read`, for a parameter that others may hide: its default then, which must be no expression. */
  readWhereShown(context: IExecuteFunctions, itemIndex: number): T {
    return this.parse(context.getNodeParameter(this.name, itemIndex, this.description.default));
  }

  /** Of a trigger, which has no items. */
  readOfTrigger(context: Pick<ITriggerFunctions, 'getNodeParameter'>): T {
    return this.parse(context.getNodeParameter(this.name, this.description.default));
  }

  /** The same parameter in other words, or shown elsewhere. */
  with(changes: Omit<Partial<INodeProperties>, 'name' | 'options' | 'type'>): Parameter<T> {
    return new Parameter({ ...this.description, ...changes }, this.meaning);
  }
}

/** What n8n can show: a parameter with its reader, or one that nothing reads, such as a notice. */
export type Field = INodeProperties | OptionsParameter | Parameter<unknown>;

export function descriptionOf(field: Field): INodeProperties {
  return field instanceof Parameter || field instanceof OptionsParameter ? field.description : field;
}

/** The value as n8n gives it: what reads it knows more than its form. */
export function rawParameter(declared: INodeProperties): Parameter<unknown> {
  return new Parameter(declared, (value) => value);
}

/** An amount as it was given: the precision, with which it is read, is known later. */
export function amountParameter(declared: INodeProperties): Parameter<string | number> {
  return new Parameter(declared, (value) => value as string | number);
}

/** A text that must be there. */
export function textParameter(declared: INodeProperties): Parameter<string> {
  return new Parameter(declared, (value, { displayName }) => textOf(value, displayName));
}

/** A text that may be empty. */
export function optionalTextParameter(declared: INodeProperties): Parameter<string> {
  return new Parameter(declared, (value, { displayName }) => optionalTextOf(value, displayName));
}

/** The name or the id of an account. */
export function accountParameter(declared: INodeProperties): Parameter<string> {
  return new Parameter(declared, (value, { displayName }) => accountOf(value, displayName));
}

/** The symbol or the id of an asset. */
export function assetParameter(declared: INodeProperties): Parameter<string> {
  return new Parameter(declared, (value, { displayName }) => assetOf(value, displayName));
}

/** Entries separated by commas or white space; at least one. */
export function listParameter(declared: INodeProperties): Parameter<string[]> {
  return new Parameter(declared, (value, { displayName }) => listOf(value, displayName));
}

export function booleanParameter(declared: INodeProperties): Parameter<boolean> {
  return new Parameter(declared, (value, { displayName }) => booleanOf(value, displayName));
}

export function numberParameter(declared: INodeProperties): Parameter<number> {
  return new Parameter(declared, (value, shown) => numberOf(value, shown.displayName, limitsOf(shown)));
}

export function wholeNumberParameter(declared: INodeProperties): Parameter<number> {
  return new Parameter(declared, (value, shown) => wholeNumberOf(value, shown.displayName, limitsOf(shown)));
}

function limitsOf({ typeOptions }: INodeProperties): NumberLimits {
  return {
    ...(typeOptions?.minValue === undefined ? {} : { minimum: typeOptions.minValue }),
    ...(typeOptions?.maxValue === undefined ? {} : { maximum: typeOptions.maxValue }),
  };
}

interface Choice<T extends string> {
  name: string;
  value: T;
  description?: string;
}

type Choosing<T extends string, Default> = Omit<INodeProperties, 'options' | 'default'> & {
  options: Choice<T>[];
  default: Default;
};

/** One of the declared options. */
export function choiceParameter<const T extends string>(declared: Choosing<T, NoInfer<T>>): Parameter<T> {
  const values = declared.options.map(({ value }) => value);
  return new Parameter(declared, (value, { displayName }) => choice(value, values, displayName));
}

/** Some of the declared options, in their order; at least one. */
export function choicesParameter<const T extends string>(
  declared: Choosing<T, NoInfer<T>[]>,
): Parameter<T[]> {
  const values = declared.options.map(({ value }) => value);
  return new Parameter(declared, (value, { displayName }) => choices(value, values, displayName));
}

/** The rows of a `fixedCollection` whose one group is called `rows`. */
export function rowsParameter(declared: INodeProperties): Parameter<Options[]> {
  return new Parameter(declared, (value, { displayName }) => rowsOf(value, displayName));
}

/** The values of a collection of options. */
export class OptionValues {
  constructor(
    private readonly values: Options,
    private readonly declared: readonly Parameter<unknown>[],
  ) {}

  /** The value of an option; its declared default where it is not set or left empty. */
  of<T>(option: Parameter<T>): T {
    const given = this.given(option);
    return given === null ? option.parse(option.description.default) : given;
  }

  /**
   * The value of an option; null where it is not set or left empty.
   *
   * @throws INVALID_PARAMETER where its expression finds nothing: a limit would be off, and nobody would know
   */
  given<T>(option: Parameter<T>): T | null {
    if (!this.declared.some(({ name }) => name === option.name))
      throw new Error(`the option ${option.name} is not declared here`);
    const value = optionOf(this.values, option.name, option.label);
    return value === null ? null : option.parse(value);
  }
}

/** A collection of options, shown in alphabetical order. */
export class OptionsParameter {
  readonly description: INodeProperties;
  private readonly values: Parameter<Options>;

  constructor(
    private readonly options: readonly Parameter<unknown>[],
    placeholder: 'Add option' | 'Add Option' = 'Add option',
  ) {
    this.description = {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder,
      default: {},
      options: options
        .map(({ description }) => description)
        .sort((a, b) => a.displayName.localeCompare(b.displayName)),
    };
    this.values = new Parameter(this.description, (value, { displayName }) => recordOf(value, displayName));
  }

  /** Of an item. */
  read(context: IExecuteFunctions, itemIndex: number): OptionValues {
    const values = { ...this.values.read(context, itemIndex) };
    const entered: unknown = context.getNode().parameters[this.description.name];
    for (const [name, text] of Object.entries(
      typeof entered === 'object' && entered !== null ? entered : {},
    )) {
      // Only a field that is empty itself is left out: an empty cell of a sheet must not switch a limit off.
      if (isExpression(text) && isBlank(values[name])) values[name] = undefined;
    }
    return new OptionValues(values, this.options);
  }

  /** Of an item, for options that limit nothing: one whose expression finds nothing is left out. */
  readFound(context: IExecuteFunctions, itemIndex: number): OptionValues {
    const values = Object.entries(this.values.read(context, itemIndex));
    const found = values.filter(([, value]) => value !== undefined && value !== null);
    return new OptionValues(Object.fromEntries(found), this.options);
  }

  /** Of a trigger, which has no items. */
  readOfTrigger(context: Pick<ITriggerFunctions, 'getNodeParameter'>): OptionValues {
    return new OptionValues(this.values.readOfTrigger(context), this.options);
  }
}
