# They are chosen by their teams.
kubectl label deployments --selector 'team in (library, community, media, search)' needs=attention
