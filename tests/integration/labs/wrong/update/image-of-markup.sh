# An image whose name is full of signs: Markdown, rich, tables, links.
# expect: FAIL hint=wrong-image
# says: **x**|[a](http://example.test)|`b`|[bold]c[/bold]|<!--|~~d~~|:e:
kubectl patch deployment blog-api --type=json --patch '[{"op": "replace", "path": "/spec/template/spec/containers/0/image",
  "value": "**x**|[a](http://example.test)|`b`|[bold]c[/bold]|<!--|~~d~~|:e:"}]'
