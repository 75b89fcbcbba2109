import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const features = ["work", "presence", "floor", "conversations", "settings", "login", "mentions", "figures", "admin", "ready", "screen", "steer"];
const ariaOnlyInUi = {
  name: "react-aria-components",
  message: "Only web/ui wraps React Aria: import from @ui.",
};

export default ts.config(
  { ignores: ["**/node_modules/**", "widget/dist/**", "desk/src/api/wire.ts"] },
  ...ts.configs.recommended,
  a11y.flatConfigs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Options of a listbox are reached through the box that holds the focus.
      "jsx-a11y/interactive-supports-focus": "off",
      "jsx-a11y/no-noninteractive-tabindex": "off",
      "jsx-a11y/no-noninteractive-element-interactions": "off",
    },
  },
  {
    files: ["desk/src/**/*.{ts,tsx}"],
    rules: { "no-restricted-imports": ["error", { paths: [ariaOnlyInUi] }] },
  },
  {
    files: ["ui/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["@/*"], message: "ui knows nothing of the desk." }] }],
    },
  },
  // A feature never imports another one: app puts them together.
  ...features.map((name) => ({
    files: [`desk/src/features/${name}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [ariaOnlyInUi],
          patterns: [
            {
              group: [
                ...features.filter((other) => other !== name).map((other) => `@/features/${other}/*`),
                "@/app/*",
              ],
              message: "Features meet in app, not among themselves.",
            },
          ],
        },
      ],
    },
  })),
);
